<!doctype html>
<html <?php language_attributes(); ?>>
<head><meta charset="<?php bloginfo('charset'); ?>"><?php wp_head(); ?></head>
<body <?php body_class(); ?>>
<header><a href="<?php echo home_url('/'); ?>"><?php bloginfo('name'); ?></a></header>
<main>
<?php while (have_posts()) : the_post(); if (is_singular()) : ?>
<article>
  <h1><?php the_title(); ?></h1>
  <p class="byline"><span><?php the_author(); ?></span> &middot; <time datetime="<?php echo get_post_time('c', true); ?>"><?php echo get_the_date('j M Y'); ?></time></p>
  <?php if (has_post_thumbnail()) { ?><figure><?php the_post_thumbnail('large'); $words = wp_get_attachment_caption(get_post_thumbnail_id()); if ($words) echo '<small>', esc_html($words), '</small>'; ?></figure><?php } ?>
  <section class="body"><?php the_content(); wp_link_pages(); ?></section>
  <div class="pills"><?php foreach (get_the_tags() ?: [] as $tag) printf('<a class="pill" href="%s">#%s</a> ', esc_url(get_tag_link($tag)), esc_html($tag->name)); ?></div>
  <?php foreach (get_the_category() as $one) printf('<a class="section" href="%s">%s</a> ', esc_url(get_category_link($one)), esc_html($one->name)); ?>
</article>
<?php comments_template(); else : ?>
<div class="card"><a href="<?php the_permalink(); ?>"><h3><?php the_title(); ?></h3></a><?php the_excerpt(); ?></div>
<?php endif; endwhile; ?>
</main>
<?php wp_footer(); ?>
</body>
</html>
