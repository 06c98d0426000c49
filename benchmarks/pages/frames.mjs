// First paint after the answer, and frames while long pages scroll. Run by measure.py.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { chromium } = createRequire(join(process.env.CHARTLOG_NODE_MODULES, 'package.json'))('playwright-core');
const { patient, rounds } = JSON.parse(process.argv[2]);
const viewport = { width: 1280, height: 900 };
const scrolled = 12_000, speed = 3000;  // pixels, pixels a second
const late = 17.7;  // milliseconds: a frame and the clock's own step

const browser = await chromium.launch({ executablePath: process.env.CHARTLOG_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function open(path) {
  const context = await browser.newContext({ viewport, baseURL: process.env.CHARTLOG_URL });
  const page = await context.newPage();
  await page.addInitScript(() => {
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (/\/charts\/[^/]+\?/.test(entry.name)) window.answered = entry.responseEnd; })).observe({ type: 'resource', buffered: true });
    new MutationObserver(() => {
      if (!window.painted && document.querySelector('.banner')) requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  });
  if (path) await page.goto(path);
  return page;
}

// From the chart's answer to the first frame that has it; the rest of it comes in the frames after.
async function firstPaint() {
  const page = await open(`/patients/${patient}`);
  await page.waitForFunction(() => window.painted && window.answered);
  const took = await page.evaluate(() => window.painted - window.answered);
  await page.context().close();
  return took;
}

// The same path of a page that has one element: what an answer, a script and a frame cost here.
async function emptyPaint() {
  const page = await open('/');
  const took = await page.evaluate(async () => {
    const answer = await (await fetch('/health/live')).text();
    const began = performance.now();
    document.body.replaceChildren(Object.assign(document.createElement('p'), { textContent: answer }));
    return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))));
  });
  await page.context().close();
  return took;
}

// How far it scrolls, or the page with it.
function room(target) {
  return target.evaluate((element) => {
    const inner = element.scrollHeight - element.clientHeight;
    return Math.max(100, inner > 1 ? inner : document.documentElement.scrollHeight - window.innerHeight);
  });
}

// Frame times while the wheel turns over `target`, and what the page's own thread was busy with.
async function frames(page, target) {
  const { x, y, width, height } = await target.boundingBox();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => (await session.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value;
  await page.evaluate(() => {
    window.times = [];
    const step = (time) => { window.times.push(time); window.sampling = requestAnimationFrame(step); };
    window.sampling = requestAnimationFrame(step);
  });
  const before = await busy();
  const way = await room(target);
  for (let left = scrolled, down = true; left > 0; left -= way, down = !down) {
    await session.send('Input.synthesizeScrollGesture', { x: x + width / 2, y: y + Math.min(height, viewport.height - y) / 2, yDistance: (down ? -1 : 1) * Math.min(way, left), speed, gestureSourceType: 'mouse', preventFling: true });
  }
  const worked = await busy() - before;
  const times = await page.evaluate(() => { cancelAnimationFrame(window.sampling); return window.times; });
  const lengths = times.slice(1).map((time, i) => time - times[i]);
  assert.ok(lengths.length > 30, `${lengths.length} frames`);
  return { lengths, worked: worked * 1000 / lengths.length };
}

// An element of the same place and height in which nothing stands.
async function emptyTwin(page, target) {
  const box = await target.evaluate((element) => {
    const { top, left, width, height } = element.getBoundingClientRect();
    const inner = element.scrollHeight > element.clientHeight + 1;
    return { top, left, width, height, inner, content: inner ? element.scrollHeight : document.documentElement.scrollHeight };
  });
  const twin = await open();
  await twin.setContent(box.inner
    ? `<div id="twin" style="position:absolute;overflow-y:auto;top:${box.top}px;left:${box.left}px;width:${box.width}px;height:${box.height}px"><div style="height:${box.content}px"></div></div>`
    : `<div id="twin" style="height:${box.content}px"></div>`);
  return { page: twin, target: twin.locator('#twin') };
}

const pages = [
  { name: 'visits', path: `/patients/${patient}/record`, target: (page) => page.getByRole('region', { name: 'List: Visits' }) },
  { name: 'results as a grid', path: `/patients/${patient}/results`, target: (page) => page.getByRole('region', { name: 'Results' }),
    prepare: (page) => page.getByRole('button', { name: 'Grid' }).click() },
  { name: 'results as a tree', path: `/patients/${patient}/results`, target: (page) => page.getByRole('region', { name: 'Results' }),
    prepare: (page) => page.getByRole('button', { name: 'Tree' }).click() },
  { name: 'the chart itself', path: `/patients/${patient}`, target: (page) => page.locator('main') },
];

function row(name, { lengths, worked }) {
  const share = lengths.filter((one) => one > late).length / lengths.length;
  const shown = (value) => value.toFixed(1);
  console.log(`| ${name} | ${shown(quantile(lengths, 0.5))} | ${shown(quantile(lengths, 0.95))} | ${shown(Math.max(...lengths))} | ${(share * 100).toFixed(1)} % | ${worked.toFixed(2)} | ${lengths.length} |`);
}

const paints = [], floors = [];
for (let round = 0; round < rounds; ++round) {
  paints.push(await firstPaint());
  floors.push(await emptyPaint());
}
console.log(`first paint after the answer, 3000 resources: p50 ${quantile(paints, 0.5).toFixed(0)} ms, max ${Math.max(...paints).toFixed(0)} ms; a page of one element p50 ${quantile(floors, 0.5).toFixed(0)} ms, max ${Math.max(...floors).toFixed(0)} ms`);
console.log(`\n| scrolling, ${speed} px a second | p50 ms | p95 ms | max ms | later than ${late} ms | busy ms a frame | frames |\n|---|---|---|---|---|---|---|`);
for (const one of pages) {
  const page = await open(one.path);
  const target = one.target(page);
  await target.waitFor();
  await one.prepare?.(page);
  await page.waitForTimeout(1000);  // all parts are there
  const twin = await emptyTwin(page, target);
  row(one.name, await frames(page, target));
  row(`${one.name}: empty page`, await frames(twin.page, twin.target));
  await page.context().close();
  await twin.page.context().close();
}
await browser.close();
