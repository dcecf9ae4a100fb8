//! What platforms and their themes call things. Only tables: a line more here teaches the reader a theme more.

/// Classes and ids of the element that holds the text of a post and little else, best first.
pub(super) const BODIES: [&str; 83] = [
    "itemprop:articlebody",
    // Microformats, schema.org and what most themes of WordPress use.
    "e-content",
    "entry-content",
    "entry_content",
    "entrycontent",
    "post-content",
    "post_content",
    "postcontent",
    "post-entry",
    "post_entry",
    "entrytext",
    "entry-text",
    "the-content",
    "thecontent",
    "storycontent",
    "post-text",
    "post_text",
    "posttext",
    "single-content",
    "single_content",
    "post-content-inner",
    "post-single-content",
    "td-post-content",
    "wp-block-post-content",
    "c-entry-content",
    "article__content",
    // Blogger, TypePad, Movable Type.
    "post-body",
    "post_body",
    "postbody",
    "entry-body",
    "entrybody",
    "asset-body",
    "asset-content",
    "blogbody",
    "entry-more",
    "blog-body",
    "blogpost-body",
    // LiveJournal, Tumblr, Drupal, Ghost, Substack, Medium, Squarespace, Joomla.
    "b-singlepost-body",
    "entry_text",
    "available-content",
    "gh-content",
    "post-full-content",
    "section-content",
    "sqs-layout",
    "field-name-body",
    "field--name-body",
    "node-content",
    "node__content",
    "item-page",
    "post-template",
    "contentbody",
    "elementor-widget-theme-post-content",
    // News and hand-made pages.
    "articlebody",
    "article-body",
    "article_body",
    "articlecontent",
    "article-content",
    "article_content",
    "articletext",
    "article-text",
    "article_text",
    "story-body",
    "storybody",
    "story_body",
    "storytext",
    "story-text",
    "story-content",
    "body-content",
    "content-body",
    "main-article",
    "articlepage",
    "blog-content",
    "blog-post-content",
    "blog_content",
    "blogcontent",
    "news-content",
    "news-body",
    "newsbody",
    "rich-text",
    "entry",
    "hentry",
    "post",
    "type-post",
];

/// Of the last of these names it is not sure that they hold nothing else.
pub(super) const LOOSE_BODIES: [&str; 6] = ["entry", "hentry", "post", "type-post", "asset-content", "rich-text"];

/// Parts of classes and ids of what stands around a post, or in it, and is none of it: comments, menus, other posts.
pub(super) const FOREIGN: &str = concat!(
    r" (?:comments?|commentlist|comment-?list|comments?[-_](?:area|section|wrap\w*|container|form|list|template|inner|block|holder|thread|box|area|body|text|content|reply|author|meta|link|links|count|template)",
    r"|comment-\d+|respond|disqus_thread|disqus\S*|livefyre\S*|idc-\S+|fb-comments|fbcomments|trackbacks?|pings?|pinglist|commentform|addcomment|leave-?comment|postcomment\S*",
    r"|side-?bar\S*|serendipity(?:left|right)?sidebar\S*|\S+[-_]sidebar|rightbar|leftbar|rail|right-?rail|left-?rail|widgets?|widget-area|widget_\S+|blogroll",
    r"|nav|navi|navbar|navigation|navlinks?|post-?nav\S*|nav-(?:links|below|above|single|previous|next|menu|bar|container|wrap\w*)|\S+[-_]nav|\S+[-_]navigation|pagination|page-?nav\S*|wp-pagenavi|pager|prevnext|prev-next|next-prev|nextprev|previous-next|breadcrumbs?|crumbs?|menu|menus|\S+-menu|menu-\S+|skip-link|toc-?list",
    r"|masthead|site-header|site-footer|footer|page-footer|footer-\S+|colophon|copyright|banner|top-?bar|toolbar",
    r"|share|shares|sharing|share-\S+|sharing-\S+|\S+-share|\S+-sharing|share_\S+|\S+_share|sharebar|sharedaddy|sd-\S+|shareaholic\S*|sharethis\S*|addthis\S*|addtoany\S*|a2a_\S+|social|socials|social-\S+|social_\S+|\S+-social|\S+_social|sociable\S*|bookmarks?|bookmarking|tweetmeme\S*|twitter-share\S*|fb-like|facebook-like|fblike|like-?box|likebutton\S*|feedflare|jp-relatedposts|jp-post-flair|wpl-likebox|wp_rp\S*|wp-rp\S*|yarpp\S*|linkwithin\S*|outbrain\S*|ob-\S+|taboola\S*|trc_\S+|nrelate\S*|zemanta-related\S*|zergnet\S*|crp_related|simple-?share\S*|ssba\S*|swp_\S+|heateor\S*|essb_\S+|mashsb\S*|printfriendly\S*|pf-button\S*|print-?link|emailthis|email-?link|flattr\S*|post-?actions?|article-?actions?|story-?actions?|article-?tools?|story-?tools?|tools|post-?tools?|reactions?",
    r"|related|relateds|related-?\S+|related_\S+|\S+-related|\S+_related|recommended\S*|recommendations?|readmore-?posts|more-?(?:posts|stories|articles|news|from\S*)|you-?may-?\S+|also-?\S+|popular|popular-\S+|most-?(?:popular|read|viewed|commented)|recent-?(?:posts|entries|articles|comments)|latest-?(?:posts|news|articles)|trending\S*|similar-?\S+|promo|promos|promo-\S+|\S+-promo|promoted\S*|teasers?|read-?next|up-?next|next-?article",
    r"|ads?|ad-\S+|\S+-ads?|ads-\S+|advert\S*|adsense\S*|google-?ad\S*|adsbygoogle|ad_\S+|adbox|adblock|dfp\S*|sponsor\S*|banner-?ad\S*",
    r"|news-?letter\S*|\S+-news-?letter|subscribe\S*|\S+-subscribe|subscription\S*|signup\S*|sign-up\S*|mailchimp\S*|mc_embed\S*|optin\S*|opt-in\S*|cta|cta-\S+|\S+-cta|call-to-action|lead-?magnet|follow-?\S*|paywall\S*|regwall|login\S*|cookie\S*|consent\S*|gdpr\S*|popup\S*|modal\S*|overlay\S*|lightbox\S*|rss|feedlink|feed-?links?|donat\S+|tip-?jar",
    r"|search|searchform|search-\S+|archives?-list|calendar|tagcloud|tag-?cloud|hidden|screen-reader-text|screen-reader|sr-only|visually-?hidden|visuallyhidden|control-panel\S*|off-?screen|slide-?(?:count|number)\S*|\S+-image-copyright|image-copyright\S*|assistive-text|no-?print|noprint|print-only|printonly|accessibility|hide|disclaimer|legal|credits|copyright-\S+|post-?ratings\S*|gdsr\S*|cat-item|tag-cloud-link|rating|ratings|star-?rating|poll\S*|wp-polls\S*|quiz|addtocart|jump-?links?|back-?to-?top|backtotop|scroll-?top|editsection|mw-editsection|edit-link|editlink|notes|post-notes|note-list|notecontainer|hatom-extra|blog-pager|cleared|pullout|slideshow-?controls|reply|replies) "
);

/// Words of which the name of a class or id is made (`m-related__list` → m, related, list) and that tell what is none of
/// the post, sorted.
pub(super) const FOREIGN_WORDS: &[&str] = &[
    "abo",
    "adsense",
    "advert",
    "advertisement",
    "advertising",
    "advertorial",
    "affiliate",
    "anzeige",
    "appeal",
    "authorbox",
    "autorenbox",
    "breadcrumb",
    "breadcrumbs",
    "buybox",
    "commentform",
    "commentlist",
    "comments",
    "cookie",
    "cookies",
    "cta",
    "cta3",
    "disqus",
    "donate",
    "donation",
    "empfehlungen",
    "eigenwerbung",
    "feedback",
    "kommentar",
    "kommentare",
    "marketing",
    "merkliste",
    "modal",
    "mostread",
    "newsletter",
    "newsletters",
    "onward",
    "outbrain",
    "popup",
    "print",
    "promo",
    "promobox",
    "promos",
    "promotion",
    "recirc",
    "recirculation",
    "recommend",
    "recommendation",
    "recommendations",
    "recommended",
    "related",
    "relatedposts",
    "relacionadas",
    "relacionados",
    "share",
    "sharebar",
    "shareicons",
    "sharing",
    "shariff",
    "signup",
    "social",
    "socialmedia",
    "sponsor",
    "sponsored",
    "subscribe",
    "subscription",
    "taboola",
    "tambien",
    "teasers",
    "toolbar",
    "tools",
    "trending",
    "upsell",
    "wishlist",
];

/// Such words of what is said about a post; they outweigh those: `post-labels-sharing`.
pub(super) const ABOUT_WORDS: &[&str] = &["bio", "byline", "labels", "taglist", "tags"];

/// Words at the begin of such a name that say that something else is named by what follows.
pub(super) const OTHER_WORDS: &[&str] = &["category", "has", "is", "no", "non", "not", "tag", "with", "without"];

/// Parts of classes and ids of what is said about a post: no text of it, but where its date, author and terms are found.
pub(super) const ABOUT: &str = concat!(
    r" (?:post-?(?:meta\S*|info|footer|foot|details|byline|date|author|tags?|categories|category|labels|links|utility|data|ratings?|share\S*|bottom|entry-meta|icons|timestamp|comment-link|comments|feedback)|entry-?(?:meta\S*|footer|utility|tags|categories|date|info|details|author|byline|links|footer-info|header-meta|actions)|article-?(?:meta\S*|info|footer|date|author|byline|tags|actions)|story-?(?:meta|footer|date|tags|byline)|postmetadata\S*|metadata|postmeta\S*|meta|meta-\S+|metabox|byline\S*|by-line|dateline|timestamp|posted-?(?:on|by|in)|postedby|posted|post_(?:meta|info|footer|date|tags|author|bottom)|entry_(?:meta|info|footer|date|tags|header)|asset-(?:meta|footer)|blogger-labels|post-labels|blog-?(?:meta|info|footer)|submitted|taxonomy|tags|tag-?list|taglist|tag-?links|cat-?links|tagged|terms|filed|categories|categorylist|permalink|date-?header|entry-?date|published|updated",
    r"|author-?(?:box|bio|info|block|card|details|description|profile|avatar|meta|section|about|area|name|date)|about-?(?:the-?)?author\S*|authorbox|author_(?:box|bio|info)|bio|bio-\S+|biography|writer-?bio|contributor\S*|avatar|profile|vcard|gravatar) "
);

/// Elements that never hold a post's text, whatever they are called.
pub(super) const FOREIGN_ELEMENTS: [&str; 6] = ["nav", "form", "aside", "button", "dialog", "fieldset"];
pub(super) const ABOUT_ELEMENTS: [&str; 1] = ["footer"];

/// Short blocks of text that say something about a post or its page and are none of its text: how they begin, in lower case.
pub(super) const JUNK_LINES: &str = concat!(
    r"^(?:[«»‹›←→<>|•·*\[\s-]*(?:",
    r"posted (?:by|on|at|in|under|from|to)\b|posted:|by [\w.'’ -]{2,40} (?:on|at|in) |filed (?:under|in)\b|published (?:on|by|in|at)\b|published:|written by\b|labels?:|tags?:|tagged\b|topics?:|keywords?:|categor(?:y|ies)\b ?:?|technorati tags|del\.icio\.us|read more\b|continue reading|keep reading|more:|(?:click|tap) here to (?:subscribe|read|download)",
    r"|share(?:$|:| this| on| it)|tweet(?:$| this)|like this|email this|print this|pin it|stumble|digg|bookmark|save this|add to |sphere:|reddit",
    r"|related(?:$|:| (?:posts?|articles?|stories|links|content|reading|topics|news|coverage)[^.]{0,30}$)|you (?:may|might) (?:also|like)|more (?:from|posts|stories|on this)|see also:|recommended|similar posts|also (?:read|see|on)\b.{0,40}$|most popular|recent posts|possibly related|read next|up next|don['’]t miss",
    r"|about these ads|pages: ?\d|seiten: ?\d|permalink|permanent link|link to this|trackback|comments? ?(?:\(|$|:|off|are closed)|\d+ (?:comments?|responses?|replies|notes|shares?|likes?)\b.{0,30}$|no comments|leave a (?:comment|reply)|(?:add|post|write) (?:a|your) comment|comment on this|be the first to|you can (?:leave|follow|skip)|you can follow|both comments|responses? (?:are|is) (?:currently )?closed|comments are|this entry was posted|this post was|this entry is filed|this article was (?:originally )?(?:posted|published)|posted in\b|subscribe|follow (?:us|me|@)|sign up|join (?:our|the|us)|get (?:our|the) (?:latest|newsletter)|like us|find us|connect with|advertis|sponsored|loading\.\.\.|copyright\b|©|all rights reserved|previous (?:post|article|entry|story)|next (?:post|article|entry|story)|older (?:posts?|entries)|newer (?:posts?|entries)|prev(?:ious)?(?:$| \|)|next(?:$| \|)|main(?:$| \|)|home(?:$| \|)|back to|skip to|return to|jump to|go to top|blog comments powered|powered by\b|weitere (?:beiträge|artikel|themen|meldungen|informationen|infos|news|links)|(?:das|dies) könnte (?:sie|dich)|(?:lesen sie|mehr zum thema|auch interessant|schon gelesen|lies auch|lesetipp|zum thema)\b|zurück (?:zu|zur)\b|zurück$|nach oben|lea (?:también|más)|lee también|leer más|te puede interesar|czytaj (?:też|także|więcej|dalej)|zobacz (?:także|też)|polecamy|reklama$|anzeige$|werbung$|publicidad$|publicité$|à lire|lire (?:aussi|la suite)|voir aussi|leggi anche|leia (?:também|mais)|lees ook|läs också|læs også|teilen$|artikel (?:drucken|teilen)|drucken$|kommentare?(?:$| \(| schreiben)|schlagwörter|schlagworte|kategorien?:?|abgelegt unter|veröffentlicht (?:am|in|von)|geschrieben von|erstellt (?:am|von)|stand: ?\d|quelle$|wir respektieren|möchten sie den artikel|compartir$|comparte|partager|condividi|view (?:all|more)|show (?:all|more)|about the author|about me$|filed:|last (?:updated|modified)\b|updated:|print(?:$| \|)|e-?mail(?:$| \|)|aktualisiert(?: am)?:|aufrufe:|permalien|zum newsletter|- ?anzeige ?-?|alle [\w-]{2,20}artikel (?:lesen|anzeigen)|video verfügbar|image \d+ of \d+$|rate this|reactions:|edit(?:$| this)|reblog|via$|reply$|save$|source:$",
    r"))"
);

/// Parts of the names of what frames a page or lies over it: never a post, however little else there is.
pub(super) const FRAME: &str = r"nav|menu|side-?bar|foot|header|cookie|consent|gdpr|newsletter|modal|popup|overlay|log-?in|sign-?up|related|teaser|comment|widget|recommend|breadcrumb|search|cart|popular|recent|disclaimer|legal";

/// Classes and ids around what a post quotes from elsewhere: `social-media-embed`, `wp-block-embed`.
pub(super) const EMBEDS: &str = r" (?:\S*[-_])?(?:o?embed|embedded)(?:[-_]\S*)? ";

/// Names of layouts and of whole posts that hold parts of [`FOREIGN`] and [`ABOUT`] names: they are none.
pub(super) const KEPT: &str = concat!(
    r" (?:blog\d+|blog-posts|hfeed|hentry|type-post|type-page|main|main-?content|page-content|primary|article|",
    r"(?:has|no|with|without|one|two|right|left|content)-?_?(?:right|left|primary|content)?-?_?side-?bars?\S*|\S*(?:has|with|no)-ads?|sidebar\d? layout|\S*layout\S*) "
);

/// Classes of the title of a post.
pub(super) const TITLES: [&str; 22] = [
    "entry-title",
    "entry_title",
    "entrytitle",
    "post-title",
    "post_title",
    "posttitle",
    "p-name",
    "entry-header",
    "asset-name",
    "storytitle",
    "article-title",
    "article_title",
    "articletitle",
    "article-headline",
    "blog-title-single",
    "single-title",
    "blog-post-title",
    "post-headline",
    "article-header-title",
    // These three name other headings as often.
    "page-title",
    "headline",
    "title",
];

/// Classes of captions that are surely that.
pub(super) const CAPTIONS: [&str; 4] = ["wp-caption-text", "wp-caption-dd", "gallery-caption", "tr-caption"];

/// Classes of the name of the site.
pub(super) const SITES: [&str; 9] = [
    "site-title",
    "site_title",
    "sitetitle",
    "site-name",
    "sitename",
    "blog-title",
    "blogtitle",
    "blog-name",
    "wp-block-site-title",
];

/// How a line begins that ends the post, however long it is.
pub(super) const LAST_LINES: &str = r"^(?:this entry was posted (?:on|in|by|at)|this entry was (?:written|published) by|(?:der|dieser) (?:beitrag|artikel|eintrag) wurde (?:am|von)\b|this post was (?:posted|written) (?:by|on)|you can follow (?:any|all) (?:responses|comments)|both comments and pings)";

/// Headings of what readers wrote: all that comes after is theirs.
pub(super) const COMMENTS: &str = r"^[\s»«•|]*(?:(?:\d+|no|one|two|three)\s+)?(?:comments?|responses?|replies|reader comments|kommentare?|commentaires?|comentarios?|trackbacks?|pingbacks?|thoughts?)(?:\s*\(\d+\)|\s*:(?:\s*\d+\s+comments?)?|\s*\d+|\s+(?:to|on|for|so far|zu|sur)\b.{0,120})?[\s:»«]*$";

/// Classes and ids of the sentences that open an article before its text.
pub(super) const LEADS: &str = r" (?:\S*[-_])?(?:leads?|lede|lead-?text|intro\w*|standfirst|deck?|sub-?title|subline|sub-?head(?:line|ing)?|teaser(?:-?text)?|summary|excerpt|abstract|chapo|chapeau|bajada|epigraph|kicker|vorspann|anleser|sommario|occhiello|entradilla|copete|ingress|preamble|lid|leader)(?:[-_]+\S*)? ";

/// Headings of lists of other posts and of what else comes after a post, in lower case.
pub(super) const AFTERWORDS: &str = concat!(
    r"^[\s»«•|>+*-]*(?:",
    r"(?:\d+ )?(?:more )?related(?:$|:| (?:posts?|articles?|stories|story|links?|contents?|reading|topics?|news|coverage|items?|categories|tags?|searches|resources|entries))|(?:you|we think you|readers?) (?:may|might|will|should|ll|would)(?: also| like)+|(?:more|other|latest|recent|popular|trending|featured|top|similar|recommended|suggested|our latest) (?:posts?|articles?|stories|entries|news|headlines|reading|videos|products|reads|topics|coverage|content|episodes|items)\b|more (?:from|in|on|about|like|by|to)\b|most (?:popular|read|viewed|shared|commented|recent)|recommended(?:$| for| by| reads)|(?:what to |up |read |watch )next|(?:also |keep |continue |further )reading|also (?:read|on|by|in)\b|see also|trending(?:$| now)|popular (?:now|on|in)|around the web|from (?:the web|our (?:partners|sponsors)|around)|sponsored (?:content|links|stories)|promoted (?:content|stories)|don['’]?t miss|in case you missed|part of complete coverage|about the (?:authors?|writer|blogger)|share (?:this|on|with|your)|follow us|subscribe\b|sign up|join (?:the (?:conversation|discussion)|our)|get (?:our|the) .{0,30}newsletter|leave a (?:reply|comment)|post a comment|have your say|what do you think|discuss(?:ion)? (?:this|on)|tags?:?$|categories:?$|topics:?$|filed under|archives?:?$|blogroll|follow the story|latest (?:on|from|in)\b",
    r"|(?:ähnliche|empfohlene|weitere|neueste|aktuelle|verwandte|beliebte|passende|letzte|unsere|andere|mehr|top|diese) (?:beiträge|artikel|themen|meldungen|news|nachrichten|posts?|stories|inhalte|videos|partner|produkte|rezepte|veranstaltungen|termine|links|kolumnen|seiten|pressemitteilungen|interessante)|mehr (?:zum thema|zu\b|aus\b|von\b|über\b|lesen)|(?:weitere|zusätzliche) inform|zusatzinformation|das könnte|dies könnte|könnte (?:sie|dich)|auch interessant|interessante? (?:links|artikel)|meist ?gelesen|am meisten gelesen|zum thema|lesen sie (?:auch|mehr|weiter)|lies auch|(?:kommende|nächste) (?:events|veranstaltungen|termine)|heute empfehlen|wir empfehlen|unsere empfehlung|teilen\b|(?:artikel|beitrag|seite) teilen|kommentare?\b.{0,25}$|schreibe? einen kommentar|ihre meinung|über (?:den autor|die autorin|uns)|zum autor|zur autorin|newsletter\b|schlagwör?te?r?|pressekontakt|ansprechpartner",
    r"|à (?:lire|voir|découvrir)|lire (?:aussi|également|la suite)|voir aussi|vos réactions|sur le même|dans la même|articles? (?:liés|similaires|connexes|recommandés)|les plus (?:lus|populaires)|à propos de l['’]auteur|commentaires?\b.{0,25}$|partager|mots[- ]clés",
    r"|(?:temas|noticias|notas|artículos|contenidos?|entradas) relacionad|relacionad[oa]s?\b|te (?:puede|podría|recomendamos)|también (?:te|le) puede|lo más (?:leído|visto|nuevo)|más (?:noticias|sobre|información|leídas|vistas|de\b|en\b)|le[ea] también|comparte|comentarios?\b.{0,25}$|temas (?:de|en|del)\b|etiquetas",
    r"|leggi anche|articoli (?:correlati|simili)|potrebbe(?:ro)? interessar|ti potrebbe|notizie correlate|leia (?:também|mais)|veja (?:também|mais)|notícias relacionadas|mais (?:lidas|notícias|sobre)|matérias relacionadas|tags relacionadas|saiba mais",
    r"|zobacz (?:też|także|również)|czytaj (?:też|także|również|więcej)|przeczytaj (?:też|także|również)|polecane|polecamy|najnowsze|najczęściej czytane|powiązane|podobne|tematy|lees (?:ook|meer|verder)|gerelateerd|meer (?:over|nieuws|artikelen)|läs (?:mer|också|även)|relaterat|læs også|les også|relater|lue myös|čtěte (?:také|více)|mohlo by vás|související|citește și|kapcsolódó|читайте также|по теме|похожие",
    r")"
);

/// What a block at the begin or the end of a post says that calls its readers to something, in lower case.
pub(super) const CALLS: &str = concat!(
    r"(?:^|[.!?:;,–—|-] ?|please |and |or |can |to )(?:follow|like|find|join|connect with|keep up with) (?:us|me|him|her|them|[\w.’' ]{2,40}) (?:on|at|via) (?:twitter|facebook|instagram|telegram|linkedin|youtube|pinterest|whatsapp|threads|tiktok|bluesky|mastodon)",
    r"|(?:may|can) be (?:reached|contacted) (?:at|on|via)\b|^(?:reach|e-?mail|contact) [\w.’' ]{3,40} (?:at|on|via)\b|\bor follow (?:him|her|them|us|me)\b|submit your letter",
    r"|\b(?:sign up|subscribe|register)\b[^.]{0,80}\b(?:newsletters?|updates|e-?mail|alerts|channel|here)\b|(?:to|sent) your inbox",
    r"|download (?:the|our) [^.]{0,40}\bapps? (?:for|on)\b|^download our app\b|on the go by clicking",
    r"|already (?:a subscriber|a member)|to (?:view|read|continue reading) (?:the|this) (?:full|whole|rest)[^.]{0,30}subscri|please subscribe|become a (?:member|subscriber|patron)|first-time subscribers",
    r"|is not responsible for the (?:opinions|content)|(?:do you )?want to be informed (?:of|about)",
    r"|abonnieren sie|newsletter (?:abonnieren|bestellen)|(?:zum|für (?:den|unseren)) newsletter|folgen sie uns|folgt? uns (?:auf|bei)\b|musiknewsletter|bleiben sie [^.]{0,40}auf dem laufenden|(?:um|damit du) [^.]{0,40}keine? [^.]{0,30}verpass|müssen sie die externen|loggen sie sich ein|müssen sie sich einloggen|sie müssen sich einloggen|müssen angemeldet sein",
    r"|(?:síguenos|seguinos|únete desde|únete|suscríbete|suscribite|inscríbete|siga-nos|inscreva-se|acompanhe)\b[^.]{0,90}(?:twitter|facebook|instagram|telegram|whatsapp|youtube|newsletter|canal|boletín)|canal de (?:telegram|whatsapp)|puedes? (?:escribirnos|seguirnos)",
    r"|abonnez-vous|inscrivez-vous (?:à|pour)|suivez[- ]nous|iscriviti|seguici su|abbonati|zapisz się|obserwuj nas|subskrybuj|polub nas|korzystamy z cookies|volg ons|schrijf je in|meld je aan",
);

/// A word of each of [`CALLS`]: looked for first, since they are quickly found.
pub(super) const CALL_WORDS: &str = concat!(
    "twitter|facebook|instagram|telegram|linkedin|youtube|pinterest|whatsapp|threads|tiktok|bluesky|mastodon|reach|contact",
    "|e-mail|email|or follow|submit your letter|sign up|subscribe|register|inbox|download|on the go by|already a|subscri|become a ",
    "|not responsible|be informed|abonnieren|newsletter|folg|bleiben sie|verpass|externen|einloggen|loggen sie|angemeldet",
    "|canal|boletín|escribirnos|seguirnos|abonnez|inscrivez|suivez|iscriviti|seguici|abbonati|zapisz się|obserwuj|subskrybuj",
    "|polub nas|cookies|volg ons|schrijf je in|meld je aan"
);

/// What stands where the rest of a text is for those who pay or log in, in lower case.
pub(super) const WALLS: &str = r"already (?:a subscriber|a member)|to (?:view|read|continue reading) (?:the|this) (?:full|whole|rest)[^.]{0,30}subscri|please subscribe to (?:the|continue|read)|first-time subscribers|(?:article|story|content) is (?:only )?(?:for|available to) (?:paying |paid )?(?:subscribers|members)|müssen sie die externen|müssen angemeldet sein|korzystamy z cookies|newsletter anmelden|nur für abonnenten|réservé aux abonnés|exclusivo para suscriptores";

/// Classes and ids of the box with the author's life, by longer names: `elementor-author-box`, `m-author__description`.
pub(super) const AUTHOR_BOXES: &str = r" \S*[-_]author[-_]{0,2}(?:box|bio|info|card|descr|profile|about)\S* ";

/// How a line begins that is a link to another post, in lower case.
pub(super) const LINK_LINES: &str = concat!(
    r"^[\s»«•|>+*–—-]*(?:read|more|watch|see|listen|also|related|recommended|explore|analysis|opinion|photos?|video|here|continue|previously|up next|next|click",
    r"|lesen|lies|mehr|auch|siehe|zum|hier|weiter|video|galerie|fotos|bilder|bilderstrecke|lesetipp|tipp|hintergrund|interview|podcast",
    r"|le[ea]|mir[ae]|mira|ve[ar]?|puede|puedes|también|además|te|conozca|siga|haga|à|lire|voir|aussi|leggi|guarda|leia|veja|confira|zobacz|czytaj|przeczytaj|więcej|sprawdź|lees|kijk|bekijk|läs|læs|les|se)(?:[:|>→»]|[^0-9_a-z.\u{c0}-\u{1fff}][^.]{0,29}[:|>→»])"
);
