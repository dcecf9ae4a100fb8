<?php if (!post_password_required() && have_comments()) : ?>
<h3 id="comments"><?php comments_number('Nobody has answered', 'One answer', '% answers'); ?></h3>
<ol class="commentlist"><?php wp_list_comments(['style' => 'ol']); ?></ol>
<?php endif; comment_form(); ?>
