// Opens a book in two reading systems (foliate-js, epub.js) in Chromium, as a reader does, and checks what is shown: the
// cover, the contents, a picture with its caption under it, a link inside the book followed, text on a dark ground.
// Pictures of each are left in OUT.
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
<script>const book = ePub('/book.epub'); const r = book.renderTo('v', {width: '100%', height: '100%', flow: 'scrolled-doc'}); window.go = async t => { await r.display(t) }; window.place = () => r.currentLocation()?.start?.href; window.ready = book.loaded.navigation.then(n => n.toc.flatMap(e => [e, ...e.subitems]).map(e => [e.href, e.label.trim()]))</script>`
const server = createServer(async (ask, answer) => {
  const path = decodeURIComponent(new URL(ask.url, 'http://x').pathname)
  try {
    const body = path === '/epubjs.html' ? epubjs : await readFile(path === '/book.epub' ? book : join(modules, path))
    answer.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body)
  } catch { answer.writeHead(404).end() }
})
await new Promise(done => server.listen(0, '127.0.0.1', done))
const home = `http://127.0.0.1:${server.address().port}`
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'] })
const problems = []
const holds = (what, value) => { console.log(`${value ? 'holds' : 'FAILS'}  ${what}`); if (!value) problems.push(what) }
const open = async () => {
  const page = await browser.newPage({ viewport: { width: 900, height: 1200 } })
  page.on('pageerror', e => problems.push(String(e)))
  return page
}
const wait = ms => new Promise(done => setTimeout(done, ms))
// Asks until the answer is one, at most ten seconds: a loaded machine is no fault of the book.
const until = async ask => { for (let n = 0; n < 50; n++) { const answer = await Promise.resolve().then(ask).catch(() => null); if (answer) return answer; await wait(200) } return null }
const shot = async (page, name) => { await wait(500); await page.screenshot({ path: join(out, `${name}.png`) }) }

// What a page shows, asked in its own frame.
const figures = doc => [...doc.querySelectorAll('figure')].map(f => {
  const img = f.querySelector('img'), caption = f.querySelector('figcaption')
  if (!img || !caption) return null
  const [a, b] = [img.getBoundingClientRect(), caption.getBoundingClientRect()]
  return { drawn: img.complete && img.naturalWidth > 1 && a.width > 1 && a.height > 1, caption: caption.innerText.trim(), under: b.top >= a.bottom - 1 && b.height > 1 }
}).filter(Boolean)

// epub.js: by file names, which are what they are in every export.
let chapters
{
  const page = await open()
  await page.goto(`${home}/epubjs.html`)
  const contents = await page.evaluate(() => window.ready)
  chapters = contents.filter(([href]) => /\/p[0-9a-f]{8}/.test(href))
  holds('epub.js: contents list every chapter', chapters.length > 2)
  const go = to => page.evaluate(t => Promise.race([window.go(t), new Promise((_, no) => setTimeout(() => no('no answer'), 15000))]), to)
  const frame = () => until(async () => { for (const f of page.frames().slice(1).reverse()) if (await f.locator('body *').count().catch(() => 0)) return f })
  const text = async () => (await frame())?.evaluate(() => document.body.innerText)
  await go('text/cover.xhtml')
  holds('epub.js: the cover is drawn', await until(async () => (await frame()).evaluate(() => { const i = document.querySelector('img'); return i && i.complete && i.naturalWidth >= 1000 && i.getBoundingClientRect().height > 300 })))
  await shot(page, 'epubjs-cover')
  await go('nav.xhtml')
  holds('epub.js: the contents page names each chapter', await until(async () => { const t = (await text()).replace(/\s+/g, ' '); return chapters.every(([, label]) => t.includes(label.replace(/\s+/g, ' '))) }))
  await shot(page, 'epubjs-contents')
  for (const name of ['title', 'tags', 'colophon']) { await go(`text/${name}.xhtml`); await shot(page, `epubjs-${name}`) }
  // From the list of pictures to the picture: a link inside the book, followed.
  await go('text/pictures.xhtml')
  const list = await until(async () => { const f = await frame(); return await f.locator('li a').count() && f })
  await shot(page, 'epubjs-pictures')
  const link = list.locator('li a').first()
  const caption = (await link.innerText()).trim()
  await link.evaluate(a => a.click())
  holds('epub.js: a link inside the book leads to its chapter', await until(async () => /p[0-9a-f]{8}/.test(await page.evaluate(() => window.place()))))
  const shown = await until(async () => { const all = await (await frame()).evaluate(`(${figures})(document)`); return all.find(f => f.drawn && f.under && f.caption.startsWith(caption.slice(0, 40))) })
  holds(`epub.js: the picture is drawn, its caption under it: "${caption.slice(0, 60)}"`, shown)
  await shot(page, 'epubjs-chapter')
}
// foliate-js: its own reader, light and dark.
for (const scheme of ['light', 'dark']) {
  const page = await open()
  await page.emulateMedia({ colorScheme: scheme })
  await page.goto(`${home}/node_modules/foliate-js/reader.html?url=/book.epub`)
  const said = `foliate-js, ${scheme}`
  holds(`${said}: the book opens`, await until(() => page.evaluate(() => !!document.querySelector('foliate-view')?.book?.sections?.length)))
  // What lies in the page that is shown.
  const ask = body => page.evaluate(`(() => { const view = document.querySelector('foliate-view'); const doc = view.renderer.getContents()[0].doc; ${body} })()`)
  const go = async where => { await page.evaluate(`document.querySelector('foliate-view').goTo(${where})`); await wait(300) }
  await go(0)
  holds(`${said}: the cover is drawn`, await until(() => ask('const i = doc.querySelector("img"); return i && i.complete && i.naturalWidth >= 1000')))
  await shot(page, `foliate-${scheme}-cover`)
  const labels = await page.evaluate(() => document.querySelector('foliate-view').book.toc.flatMap(e => [e, ...(e.subitems ?? [])]).map(e => e.label.trim()))
  holds(`${said}: contents list every chapter`, chapters.every(([, label]) => labels.includes(label)))
  const at = await page.evaluate(() => document.querySelector('foliate-view').book.sections.findIndex(s => /pictures\.xhtml/.test(s.id)))
  await go(at)
  holds(`${said}: the list of pictures`, await until(() => ask('return doc.querySelectorAll("li a").length')))
  await shot(page, `foliate-${scheme}-pictures`)
  await ask('doc.querySelector("li a").click()')
  const shown = await until(async () => (await ask(`return (${figures})(doc)`)).find(f => f.drawn && f.under && f.caption))
  holds(`${said}: a link followed to a picture with its caption`, shown)
  await shot(page, `foliate-${scheme}-chapter`)
  // Text and ground differ, whatever the scheme.
  const bright = await ask('const s = doc.defaultView.getComputedStyle(doc.querySelector("p")).color.match(/[\\d.]+/g).slice(0, 3).map(Number); return s.reduce((a, b) => a + b) / 3')
  holds(`${said}: text stands out (${Math.round(bright)})`, scheme === 'dark' ? bright > 128 : bright < 128)
}
await browser.close()
server.close()
if (problems.length) { console.error(problems.join('\n')); process.exit(1) }
