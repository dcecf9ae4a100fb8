# Links between the files of this folder lead to their pages: [words](2007-04-23-fog.md). GitHub Pages, which runs no
# plugins of one's own, has jekyll-relative-links for that.
Jekyll::Hooks.register [:pages, :documents], :post_render do |doc|
  doc.output = doc.output.gsub(%r{href="((?:\.\./(?:_posts|_drafts|undated|pages)/)?[^":/?#]+)\.md(["#])}) do
    to, tail = $1, $2
    %(href="#{to.sub("../_", "../")}.html#{tail})
  end
end
