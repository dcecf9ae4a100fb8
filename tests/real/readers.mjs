// Opens a book in two reading systems (foliate-js, epub.js) in Chromium and takes pictures of what a reader sees: cover,
// contents, a chapter with a picture and its caption, a link inside the book followed.
// node readers.mjs MODULES BOOK.epub OUT   (MODULES: a folder with node_modules)
import { createServer } from 'node:http'
import { readFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, extname, resolve } from 'node:path'

const [modules, book, out] = process.argv.slice(2).map(p => resolve(p))
const { chromium } = createRequire(join(modules, 'x.js'))('playwright-core')
await mkdir(out, { recursive: true })

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.epub': 'application/epub+zip', '.json': 'application/json', '.svg': 'image/svg+xml' }
const epubjs = `<!doctype html><meta charset="utf-8"><style>html,body,#v{margin:0;height:100%;width:100%}</style><div id="v"></div>
<script src="/node_modules/jszip/dist/jszip.min.js"></script><script src="/node_modules/epubjs/dist/epub.min.js"></script>
<script>const book = ePub('/book.epub'); const r = book.renderTo('v', {width: '100%', height: '100%'}); window.go = async t => { await r.display(t) }; window.ready = book.loaded.navigation.then(n => n.toc.map(e => e.href))</script>`
const server = createServer(async (ask, answer) => {
  const path = decodeURIComponent(new URL(ask.url, 'http://x').pathname)
  try {
    const body = path === '/epubjs.html' ? epubjs : await readFile(path === '/book.epub' ? book : join(modules, path))
    answer.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body)
  } catch { answer.writeHead(404).end() }
})
await new Promise(done => server.listen(0, '127.0.0.1', done))
const home = `http://127.0.0.1:${server.address().port}`
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'] })
const problems = []
const open = async () => {
  const page = await browser.newPage({ viewport: { width: 900, height: 1200 } })
  page.on('pageerror', e => problems.push(String(e)))
  return page
}
const wait = ms => new Promise(done => setTimeout(done, ms))
const shot = async (page, name) => { await wait(1500); await page.screenshot({ path: join(out, `${name}.png`) }); console.log(join(out, `${name}.png`)) }

// epub.js: by file names, which are what they are in every export.
{
  const page = await open()
  await page.goto(`${home}/epubjs.html`)
  const toc = await page.evaluate(() => window.ready)
  const chapters = toc.filter(h => /\/[py][0-9a-f]/.test(h))
  for (const [name, to] of [['cover', 'text/cover.xhtml'], ['title', 'text/title.xhtml'], ['contents', 'nav.xhtml'], ['part', chapters[0]], ['tags', 'text/tags.xhtml'], ['pictures', 'text/pictures.xhtml'], ['colophon', 'text/colophon.xhtml']]) {
    try { await page.evaluate(t => Promise.race([window.go(t), new Promise((_, no) => setTimeout(() => no('no answer'), 8000))]), to); await shot(page, `epubjs-${name}`) } catch (e) { console.log(name, String(e).split('\n')[0]) }
  }
  // From the list of pictures to the picture: a link inside the book, followed.
  const frame = async () => { for (const f of page.frames().reverse()) if (await f.locator('section[id]').count().catch(() => 0)) return f }
  await page.evaluate(t => window.go(t), 'text/pictures.xhtml').catch(() => {})
  const list = await frame()
  const link = list?.locator('li a').first()
  if (link && await link.count()) { await link.evaluate(a => a.click()); await shot(page, 'epubjs-picture') }
}
// foliate-js: its own reader, light and dark.
for (const scheme of ['light', 'dark']) {
  const page = await open()
  await page.emulateMedia({ colorScheme: scheme })
  await page.goto(`${home}/node_modules/foliate-js/reader.html?url=/book.epub`)
  await wait(3000)
  await shot(page, `foliate-${scheme}-cover`)
  for (const n of [1, 2, 3]) { await page.keyboard.press('ArrowRight'); await wait(700) }
  await shot(page, `foliate-${scheme}-pages`)
  await page.evaluate(() => document.querySelector('foliate-view')?.goTo(document.querySelector('foliate-view').book.sections.findIndex(s => /\/p[0-9a-f]{8}\./.test(s.id)))).catch(e => problems.push(String(e)))
  await shot(page, `foliate-${scheme}-chapter`)
}
await browser.close()
server.close()
if (problems.length) { console.error(problems.join('\n')); process.exit(1) }
