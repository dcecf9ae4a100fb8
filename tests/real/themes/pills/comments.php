<?php if (!post_password_required()) : ?>
<section id="answers"><h2><?php comments_number('No answers', 'One answer', '% answers'); ?></h2><?php wp_list_comments(['style' => 'div']); ?></section>
<?php endif; ?>
