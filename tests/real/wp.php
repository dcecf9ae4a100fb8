<?php
// What wordpress.sh asks of WordPress, through WordPress's own functions: php wp.php SITE_FOLDER BASE_URL COMMAND [ARGUMENT ...]
// Under PHP's own server it is the router: files as they are, every other address to WordPress.
if (PHP_SAPI === 'cli-server') {
    $path = $_SERVER['DOCUMENT_ROOT'] . rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
    if (is_file($path)) return false;
    $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
    $_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
    require $_SERVER['SCRIPT_FILENAME'];
    return;
}

[, $site, $base, $command] = $argv;
$args = array_slice($argv, 4);
$_SERVER += ['SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/', 'REMOTE_ADDR' => '127.0.0.1'];
$_SERVER['HTTP_HOST'] = parse_url($base, PHP_URL_HOST) . ':' . parse_url($base, PHP_URL_PORT);
if ($command === 'install') define('WP_INSTALLING', true);
require "$site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/image.php';
if ($command !== 'install') wp_set_current_user(1); // one who may write any markup
kses_remove_filters();
remove_all_actions('do_pings');
$run = ['install' => 'install', 'versions' => 'versions', 'import' => 'import', 'truth' => 'truth', 'export' => 'export', 'touch' => 'edit', 'seed' => 'seed', 'theme' => 'theme'];
$run[$command](...$args);

function stop(string $why): never {
    fwrite(STDERR, "wp.php: $why\n");
    exit(1);
}

function install(): void {
    global $wp_rewrite, $base;
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    add_filter('pre_wp_mail', '__return_true');
    ob_start();
    wp_install('A blog', 'keeper', 'keeper@blog.example', true, '', 'loopback');
    ob_end_clean();
    foreach ([1, 2, 3] as $id) wp_delete_post($id, true);
    wp_update_user(['ID' => 1, 'display_name' => 'The Keeper']);
    update_option('siteurl', $base);
    update_option('home', $base);
    update_option('wp_page_for_privacy_policy', 0);
    update_option('timezone_string', 'Europe/Lisbon');
    switch_theme('twentytwentyone');
    $wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
    flush_rewrite_rules(false);
}

function theme(string $name): void {
    wp_get_theme($name)->exists() || stop("no theme $name");
    switch_theme($name);
}

function versions(): void {
    echo 'WordPress ', get_bloginfo('version'), ', PHP ', PHP_VERSION;
}

/** Draws a picture of the size its name ends in (heron-640x480.png), the same for the same name. */
function draw(string $path): void {
    if (is_file($path)) return;
    wp_mkdir_p(dirname($path));
    [$w, $h] = preg_match('~-(\d+)x(\d+)\.\w+$~', $path, $m) ? [(int)$m[1], (int)$m[2]] : [480, 320];
    $type = strtolower(pathinfo($path, PATHINFO_EXTENSION));
    if (!in_array($type, ['png', 'jpg', 'gif', 'webp'])) {
        file_put_contents($path, "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
        return;
    }
    $hue = crc32(basename($path));
    $image = imagecreatetruecolor($w, $h);
    imagefilledrectangle($image, 0, 0, $w, $h, $hue & 0x7f7fff);
    for ($i = 1; $i < 6; $i++) imagefilledellipse($image, $w * $i / 6, ($hue >> $i) % $h, 50, 40, ($hue >> $i * 2) & 0xffffff);
    imagestring($image, 4, 8, 8, basename($path), 0xffffff);
    ['png' => 'imagepng', 'jpg' => 'imagejpeg', 'gif' => 'imagegif', 'webp' => 'imagewebp'][$type]($image, $path);
}

/** Loads a WXR file into an empty site. Ids stay as they are, so parents, galleries and featured images need no mapping. */
function import(string $file): void {
    global $base;
    $text = file_get_contents($file);
    preg_match('~<wp:base_blog_url>([^<]+)~', $text, $old);
    $xml = simplexml_load_string(str_replace(rtrim($old[1], '/'), $base, $text), options: LIBXML_NOCDATA) ?: stop("cannot read $file");
    $part = fn(SimpleXMLElement $of, string $space) => $of->children($xml->getDocNamespaces(true)[$space]);
    $channel = $xml->channel;
    update_option('blogname', (string)$channel->title);
    update_option('blogdescription', (string)$channel->description);
    $users = [];
    foreach ($part($channel, 'wp')->author as $a) {
        $login = (string)$a->author_login;
        $users[$login] = get_user_by('login', $login)->ID ?? wp_insert_user(['user_login' => $login, 'user_pass' => 'loopback', 'role' => 'author',
            'user_email' => (string)$a->author_email, 'display_name' => (string)$a->author_display_name]);
    }
    $term = function (string $taxonomy, string $slug, string $name, string $parent = ''): int {
        if ($known = get_term_by('slug', $slug, $taxonomy)) return $known->term_id;
        $above = $parent === '' ? 0 : get_term_by('slug', $parent, $taxonomy)->term_id;
        return wp_insert_term(wp_slash($name), $taxonomy, ['slug' => $slug, 'parent' => $above])['term_id'];
    };
    foreach ($part($channel, 'wp')->category as $c) $term('category', (string)$c->category_nicename, (string)$c->cat_name, (string)$c->category_parent);
    foreach ($part($channel, 'wp')->tag as $t) $term('post_tag', (string)$t->tag_slug, (string)$t->tag_name);
    $sticky = [];
    foreach ($channel->item as $item) {
        $w = $part($item, 'wp');
        $post = ['import_id' => (int)$w->post_id, 'post_type' => (string)$w->post_type, 'post_status' => (string)$w->status, 'post_name' => (string)$w->post_name,
            'post_title' => (string)$item->title, 'post_content' => (string)$part($item, 'content')->encoded, 'post_excerpt' => (string)$part($item, 'excerpt')->encoded,
            'post_date' => (string)$w->post_date, 'post_date_gmt' => (string)$w->post_date_gmt, 'post_author' => $users[(string)$part($item, 'dc')->creator] ?? 1,
            'post_parent' => (int)$w->post_parent, 'menu_order' => (int)$w->menu_order, 'post_password' => (string)$w->post_password,
            'comment_status' => (string)$w->comment_status, 'ping_status' => (string)$w->ping_status, 'guid' => (string)$item->guid];
        if ($post['post_type'] === 'attachment') {
            $url = (string)$w->attachment_url;
            $path = str_replace($base, rtrim(ABSPATH, '/'), $url);
            draw($path);
            $post = ['post_mime_type' => wp_check_filetype($path)['type'], 'guid' => $url] + $post;
            $id = wp_insert_attachment(wp_slash($post), $path);
            if (wp_attachment_is_image($id)) wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $path));
        } else {
            $id = wp_insert_post(wp_slash($post), true);
        }
        if (is_wp_error($id) || $id !== $post['import_id'] && $post['post_type'] !== 'attachment') stop("cannot import item {$post['import_id']}");
        $terms = [];
        foreach ($item->category as $c) $terms[(string)$c['domain']][] = $term((string)$c['domain'], (string)$c['nicename'], (string)$c);
        foreach ($terms as $taxonomy => $ids) wp_set_object_terms($id, $ids, $taxonomy);
        foreach ($w->postmeta as $m) update_post_meta($id, (string)$m->meta_key, wp_slash((string)$m->meta_value));
        if ((int)$w->is_sticky) $sticky[] = $id;
        $comments = [0 => 0];
        foreach ($w->comment as $c) {
            $comments[(int)$c->comment_id] = wp_insert_comment(wp_slash(['comment_post_ID' => $id, 'comment_author' => (string)$c->comment_author,
                'comment_author_email' => (string)$c->comment_author_email, 'comment_author_url' => (string)$c->comment_author_url,
                'comment_date' => (string)$c->comment_date, 'comment_date_gmt' => (string)$c->comment_date_gmt, 'comment_content' => (string)$c->comment_content,
                'comment_approved' => (string)$c->comment_approved, 'comment_type' => (string)$c->comment_type, 'comment_parent' => $comments[(int)$c->comment_parent]]));
        }
    }
    update_option('sticky_posts', $sticky);
}

/** Returns text as it is compared: tags gone, entities decoded, white space folded. */
function plain(string $html): string {
    return trim(preg_replace('~\s+~u', ' ', html_entity_decode(wp_strip_all_tags($html), ENT_QUOTES | ENT_HTML5)));
}

function nodes(string $html, string $path): array {
    if (trim($html) === '') return [];
    $page = new DOMDocument();
    @$page->loadHTML('<?xml encoding="utf-8"?><body>' . $html . '</body>');
    return iterator_to_array((new DOMXPath($page))->query($path));
}

function truth(): void {
    $ids = get_posts(['post_type' => ['post', 'page'], 'post_status' => ['publish', 'draft', 'pending', 'future', 'private', 'trash'], 'numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC', 'fields' => 'ids']);
    foreach ($ids as $id) {
        $post = $GLOBALS['post'] = get_post($id);
        setup_postdata($post);
        $html = $post->post_password === '' ? apply_filters('the_content', $post->post_content) : '';
        $names = fn(string $taxonomy) => array_map(fn($t) => html_entity_decode($t->name, ENT_QUOTES), get_the_terms($id, $taxonomy) ?: []);
        $slugs = fn(string $taxonomy) => array_map(fn($t) => urldecode($t->slug), get_the_terms($id, $taxonomy) ?: []);
        $captions = array_map(fn($n) => trim(preg_replace('~\s+~u', ' ', $n->textContent)),
            nodes($html, '//figcaption | //*[not(self::figcaption)][contains(concat(" ", @class, " "), " wp-caption-text ")]'));
        $featured = get_post_thumbnail_id($id);
        $comments = get_comments(['post_id' => $id, 'status' => 'approve', 'orderby' => 'comment_ID', 'order' => 'ASC']);
        echo json_encode(['id' => $id, 'type' => $post->post_type, 'status' => $post->post_status, 'slug' => urldecode($post->post_name), 'url' => get_permalink($id),
            'title_raw' => $post->post_title, 'date' => $post->post_date, 'date_gmt' => $post->post_date_gmt, 'modified_gmt' => $post->post_modified_gmt,
            'author' => get_the_author_meta('display_name', $post->post_author), 'password' => $post->post_password !== '', 'excerpt' => $post->post_excerpt,
            'categories' => $names('category'), 'category_slugs' => $slugs('category'), 'tags' => $names('post_tag'), 'tag_slugs' => $slugs('post_tag'),
            'captions' => array_values(array_filter($captions, 'strlen')), 'images' => array_map(fn($n) => $n->getAttribute('src'), nodes($html, '//img')),
            'featured' => $featured ? wp_get_attachment_url($featured) : null,
            'featured_caption' => $featured ? wp_get_attachment_caption($featured) : null, 'pages' => 1 + substr_count($post->post_content, '<!--nextpage-->'), 'text' => plain($html),
            'comment_list' => array_map(fn($c) => ['id' => (int)$c->comment_ID, 'parent' => (int)$c->comment_parent, 'type' => $c->comment_type,
                'author' => html_entity_decode($c->comment_author, ENT_QUOTES), 'url' => $c->comment_author_url, 'date_gmt' => $c->comment_date_gmt, 'text' => plain($c->comment_content)], $comments),
        ], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
    }
}

function export(): void {
    require_once ABSPATH . 'wp-admin/includes/export.php';
    @export_wp();
}

function edit(string $slug, string $text): void {
    $post = get_posts(['name' => $slug, 'post_type' => 'any', 'numberposts' => 1])[0] ?? stop("no post $slug");
    wp_update_post(wp_slash(['ID' => $post->ID, 'post_content' => "$post->post_content\n\n$text"]));
}

/** Adds posts that differ in every part a post has: four kinds of caption, tags with signs in them, threads of comments. */
function seed(string $count): void {
    global $base, $wpdb;
    $words = explode(' ', 'anchor bell cliff dune eddy fathom gull harbour inlet jetty keel lantern mast noon oar pier quay reef sail tide undertow vane wharf yawl');
    $signs = ['Nets & ropes', 'naïve', '潮', 'παλίρροια', "keeper's log", 'C++', 'half/half', '"quoted"'];
    add_filter('wp_revisions_to_keep', '__return_zero');
    wp_defer_term_counting(true);
    wp_defer_comment_counting(true);
    $wpdb->query('SET autocommit = 0');
    $first = 1 + (int)$wpdb->get_var("SELECT COUNT(*) FROM $wpdb->posts WHERE post_name LIKE 'seed-%' AND post_type = 'post'");
    $picture = current(get_posts(['post_type' => 'attachment', 'post_mime_type' => 'image', 'numberposts' => 1, 'orderby' => 'ID', 'order' => 'ASC']));
    $src = wp_get_attachment_url($picture->ID);
    for ($n = $first; $n < $first + (int)$count; $n++) {
        $say = fn(int $from, int $length) => ucfirst(implode(' ', array_map(fn($i) => $words[($n * ($i + 3) + $i * $i) % count($words)], range($from, $from + $length - 1)))) . '.';
        $img = "<img src=\"$src\" alt=\"Picture of seed $n\" width=\"320\" height=\"240\" class=\"wp-image-$picture->ID\" />";
        $shown = [
            "[caption id=\"attachment_$picture->ID\" align=\"alignnone\" width=\"320\"]<a href=\"$src\">$img</a> Old caption of seed $n with <em>stress</em>[/caption]",
            "<!-- wp:image {\"id\":$picture->ID} -->\n<figure class=\"wp-block-image\">$img<figcaption>Block caption of seed $n &amp; more</figcaption></figure>\n<!-- /wp:image -->",
            $img,
            '',
        ][$n % 4];
        $body = [];
        for ($p = 0; $p < 2 + $n % 5; $p++) $body[] = $say($p * 7, 30 + $n % 40);
        array_splice($body, 1, 0, [$shown]);
        if ($n > 1 && $n % 7 === 0) $body[] = sprintf('Before: <a href="%s/?name=seed-%04d">the last one</a>.', $base, $n - 1);
        // by day: the API shifts moments whose reading on the local clock the clock skips in spring
        $time = gmmktime(9, 0, $n % 3600, 1, 1, 2009) + intdiv($n, 8) * 86400 + $n % 8 * 3600;
        $date = gmdate('Y-m-d H:i:s', $time);
        $id = wp_insert_post(wp_slash(['post_type' => 'post', 'post_status' => 'publish', 'post_name' => sprintf('seed-%04d', $n), 'post_title' => "Seed $n: " . rtrim($say(1, 4), '.'),
            'post_content' => implode("\n\n", $body), 'post_date_gmt' => $date, 'post_date' => get_date_from_gmt($date), 'post_author' => 1,
            'tags_input' => [$signs[$n % 8], $words[$n % 24], $words[$n * 5 % 24] . ' ' . $words[$n * 3 % 24]]]));
        for ($c = 0, $above = 0; $c < $n % 4; $c++) {
            $above = wp_insert_comment(wp_slash(['comment_post_ID' => $id, 'comment_author' => "Reader $c", 'comment_author_email' => "reader$c@blog.example", 'comment_approved' => 1,
                'comment_content' => $say($c, 9), 'comment_date_gmt' => gmdate('Y-m-d H:i:s', $time + 600 * ($c + 1)), 'comment_date' => get_date_from_gmt(gmdate('Y-m-d H:i:s', $time + 600 * ($c + 1))), 'comment_parent' => $above]));
        }
        if ($n % 500 === 0) { $wpdb->query('COMMIT'); wp_cache_flush(); }
    }
    wp_defer_term_counting(false);
    wp_defer_comment_counting(false);
    $wpdb->query('COMMIT');
}
