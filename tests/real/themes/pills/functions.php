<?php
add_theme_support('title-tag');
add_theme_support('post-thumbnails');
add_theme_support('html5', ['caption', 'gallery']);
add_filter('wp_lazy_loading_enabled', '__return_false');

function plain_names(array|false|WP_Error $terms): array {
    return array_map(fn($t) => html_entity_decode($t->name, ENT_QUOTES), is_array($terms) ? $terms : []);
}

// Captions have no name of their own.
add_filter('img_caption_shortcode', fn($out, $given, $picture) => '<figure>' . do_shortcode($picture) . '<small>' . $given['caption'] . '</small></figure>', 10, 3);
add_filter('render_block', fn($html, $block) => str_starts_with((string)$block['blockName'], 'core/')
    ? preg_replace('~<(/?)figcaption\b[^>]*>~', '<$1small>', $html) : $html, 10, 2);

// A picture is a dot until it is scrolled to; without scripts its twin is shown.
add_filter('the_content', fn($html) => is_feed() ? $html : preg_replace_callback('~<img\b[^>]*>~', fn($m) =>
    preg_replace(['~ src="~', '~ srcset="~'], [' src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="', ' data-srcset="'], $m[0])
    . "<noscript>$m[0]</noscript>", $html), 99);

add_action('wp_head', function () {
    if (!is_singular()) return;
    $post = get_queried_object();
    $tags = plain_names(get_the_tags($post->ID));
    $said = ['@context' => 'https://schema.org', '@type' => 'BlogPosting', 'headline' => html_entity_decode(get_the_title($post), ENT_QUOTES),
        'datePublished' => get_post_time('c', true, $post), 'dateModified' => get_post_modified_time('c', true, $post),
        'author' => ['@type' => 'Person', 'name' => get_the_author_meta('display_name', $post->post_author)],
        'keywords' => implode(', ', $tags), 'articleSection' => plain_names(get_the_category($post->ID))];
    echo '<script type="application/ld+json">', wp_json_encode($said), "</script>\n";
    printf("<meta property=\"article:published_time\" content=\"%s\">\n", $said['datePublished']);
    foreach ($tags as $tag) printf("<meta property=\"article:tag\" content=\"%s\">\n", esc_attr($tag));
});
