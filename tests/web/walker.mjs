// The browser, the node's API beside it, screenshots and the rules of accessibility.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = createRequire(join(process.env.CHARTLOG_NODE_MODULES, 'package.json'));
const { chromium } = modules('playwright-core');
const axe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8') + readFileSync(new URL('in_page/violations.js', import.meta.url), 'utf8');
const screenshots = process.env.CHARTLOG_SCREENSHOTS;

export const wide = { width: 1280, height: 900 };
export const narrow = { width: 390, height: 844 };
// Of what has to be there within a second: the time it took is printed; a machine that builds beside
// the test is let off with more.
export const atOnce = 5000;

// What another theme can break: it changes colours and nothing else.
const ofColours = ['color-contrast', 'link-in-text-block'];

// axe-core beside a page, until it is left or loaded again.
async function axeIn(page) {
  page.once('framenavigated', () => { page.axe = undefined; });
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  await session.send('Runtime.evaluate', { contextId, expression: axe });
  return { session, contextId };
}

export class Walker {
  url = process.env.CHARTLOG_URL;
  // Nodes of two sites on one log; without a broker both are that one.
  north = process.env.CHARTLOG_URL_NORTH;
  south = process.env.CHARTLOG_URL_SOUTH;
  #browser;
  #contexts = [];
  #judged = [];  // looks of text whose contrast suffices, see in_page/violations.js

  static async start() {
    const walker = new Walker();
    mkdirSync(screenshots, { recursive: true });
    walker.#browser = await chromium.launch({
      executablePath: process.env.CHARTLOG_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    return walker;
  }

  // A page of its own; what the browser refuses (CSP) or throws fails the walk at `complaints()`.
  async open(path, { viewport = wide, theme = 'light' } = {}) {
    const context = await this.#browser.newContext({ viewport, colorScheme: theme, baseURL: this.url, bypassCSP: false });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(text)) page.complaints.push(text);
    });
    await page.goto(path);
    return page;
  }

  // The node's own answer, to hold the page against.
  async ask(path, { node = this.url, ...init } = {}) {
    const response = await fetch(node + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
  }

  async put(path, body, headers = {}, node = this.url) {
    const answer = await this.ask(path, { node, method: 'PUT', body: JSON.stringify(body), headers: { 'Content-Type': 'application/fhir+json', ...headers } });
    assert.ok(answer.status === 200 || answer.status === 201, JSON.stringify(answer.body));
    return answer;
  }

  async screenshot(page, name, options = {}) {
    await page.screenshot({ path: join(screenshots, `${name}.png`), ...options });
  }

  async screenshotFailure(title) {
    for (const [i, context] of this.#contexts.entries()) {
      for (const page of context.pages()) await this.screenshot(page, `failed-${title.replaceAll(' ', '-')}-${i}`).catch(() => undefined);
    }
  }

  // No violation of axe-core's rules, or of those named; in a world of its own, so the page's policy stays.
  async accessible(page, what, rules = null) {
    const { session, contextId } = await (page.axe ??= axeIn(page));
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { contextId, awaitPromise: true, returnByValue: true, expression: `violations(${JSON.stringify(rules)}, ${JSON.stringify(this.#judged)})` });
    assert.equal(exceptionDetails, undefined, what);
    assert.deepEqual(result.value.found, [], what);
    this.#judged = result.value.judged;
  }

  // In both widths and themes: accessible, no sideways scrolling, where one is in sight, a screenshot.
  // The narrow one is loaded anew, as a phone does.
  async looks(path, name, ready, prepare = async () => undefined) {
    const page = await this.open(path);
    for (const [size, viewport] of Object.entries({ wide, narrow })) {
      if (size === 'narrow') {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(path);
      }
      await ready(page);
      await prepare(page);
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme });
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));  // a canvas too
        await this.screenshot(page, `${name}-${size}-${theme}`);
        await this.accessible(page, `${name} ${size} ${theme}`, theme === 'dark' ? ofColours : null);
      }
      await this.#fits(page, `${name} ${size}`);
    }
    assert.deepEqual(page.complaints, [], name);
    await page.context().close();
  }

  async #fits(page, what) {
    const { hidden, sideways } = await page.evaluate(() => ({
      hidden: [...document.querySelectorAll('nav [aria-current=page]')].filter((one) => {
        const box = one.getBoundingClientRect(), within = one.closest('nav').getBoundingClientRect();
        return box.left < within.left - 1 || box.right > within.right + 1;
      }).map((one) => one.textContent),
      sideways: document.documentElement.scrollWidth - window.innerWidth,
    }));
    assert.deepEqual(hidden, [], `${what}: where one is cannot be seen`);
    assert.ok(sideways <= 0, `${what}: ${sideways} px wider than the window`);
  }

  async closeContexts() {
    for (const context of this.#contexts.splice(0)) await context.close().catch(() => undefined);
  }

  async stop() {
    await this.#browser.close();
  }
}

// Waits until `check` holds; says in what time.
export async function until(check, what, milliseconds = 30_000) {
  const began = Date.now();
  for (;;) {
    const held = await check().catch(() => false);
    if (held) return Date.now() - began;
    assert.ok(Date.now() - began < milliseconds, `not in ${milliseconds} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 15));
  }
}
