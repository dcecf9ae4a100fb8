<?php
add_theme_support('automatic-feed-links');
add_theme_support('post-thumbnails');
