<?php echo '<?xml version="1.0" encoding="utf-8"?>', "\n"; ?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" <?php language_attributes(); ?>>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=<?php bloginfo('charset'); ?>" />
<title><?php bloginfo('name'); wp_title('&raquo;'); ?></title>
<?php wp_head(); ?>
</head>
<body>
<div id="head"><h1><a href="<?php echo home_url('/'); ?>"><?php bloginfo('name'); ?></a></h1><p><?php bloginfo('description'); ?></p></div>
<div id="content">
<?php while (have_posts()) : the_post(); ?>
<div class="post" id="post-<?php the_ID(); ?>">
  <h2><a href="<?php the_permalink(); ?>" rel="bookmark"><?php the_title(); ?></a></h2>
  <small><?php the_time('j F Y'); ?> <!-- <?php the_author(); ?> --></small>
  <div class="entry"><?php the_content('Go on reading &raquo;'); wp_link_pages(['before' => '<p>Parts: ', 'after' => '</p>']); ?></div>
  <p class="postmetadata"><?php
    $tags = array_map(fn($t) => sprintf('<a href="%s">%s</a>', esc_url(get_tag_link($t)), esc_html($t->name)), get_the_tags() ?: []);
    if ($tags) echo 'Tags: ', implode(', ', $tags), '<br />';
  ?> Posted in <?php the_category(', '); ?> | <?php comments_popup_link('No answers &#187;', 'One answer &#187;', '% answers &#187;'); ?></p>
</div>
<?php if (is_singular()) comments_template(); endwhile; ?>
<div class="navigation"><?php if (is_singular()) { previous_post_link('&laquo; %link'); next_post_link('%link &raquo;'); } else posts_nav_link(); ?></div>
</div>
<div id="side"><ul>
  <li><h2>Archives</h2><ul><?php wp_get_archives(['limit' => 12]); ?></ul></li>
  <?php wp_list_categories('title_li=<h2>Categories</h2>'); ?>
  <li><h2>Many tags</h2><?php wp_tag_cloud(['number' => 20]); ?></li>
</ul></div>
<div id="foot"><p><?php bloginfo('name'); ?> runs on <a href="https://wordpress.org/">WordPress</a>.</p></div>
<?php wp_footer(); ?>
</body>
</html>
