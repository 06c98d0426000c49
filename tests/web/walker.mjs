// The browser, the node's API beside it, screenshots and the rules of accessibility.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = createRequire(join(process.env.CHARTLOG_NODE_MODULES, 'package.json'));
const { chromium } = modules('playwright-core');
const axe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = process.env.CHARTLOG_SCREENSHOTS;

export const wide = { width: 1280, height: 900 };
export const narrow = { width: 390, height: 844 };
// Of what has to be there within a second: the time it took is printed; a machine that builds beside
// the test is let off with more.
export const atOnce = 5000;

export class Walker {
  url = process.env.CHARTLOG_URL;
  // Nodes of two sites on one log; without a broker both are that one.
  north = process.env.CHARTLOG_URL_NORTH;
  south = process.env.CHARTLOG_URL_SOUTH;
  #browser;
  #contexts = [];

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

  // No violation of axe-core's rules; runs in a world of its own, so the page's policy stays.
  async accessible(page, what) {
    const session = await page.context().newCDPSession(page);
    const { frameTree } = await session.send('Page.getFrameTree');
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
    await session.send('Runtime.evaluate', { contextId, expression: axe });
    const { result } = await session.send('Runtime.evaluate', {
      contextId, awaitPromise: true, returnByValue: true,
      expression: 'axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations.map((one) => `${one.id}: ${one.help} at ${one.nodes.slice(0, 3).map((node) => node.target + " " + (node.any[0]?.message ?? "")).join("; ")}`))',
    });
    assert.deepEqual(result.value, [], what);
    await session.detach();
  }

  // In both widths and themes: accessible, no sideways scrolling, where one is in sight, a screenshot.
  async looks(path, name, ready, prepare = async () => undefined) {
    for (const [size, viewport] of Object.entries({ wide, narrow })) {
      const page = await this.open(path, { viewport });
      await ready(page);
      await prepare(page);
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForTimeout(150);  // what is drawn on a canvas is drawn again
        await this.screenshot(page, `${name}-${size}-${theme}`);
        await this.accessible(page, `${name} ${size} ${theme}`);
      }
      const hidden = await page.evaluate(() => [...document.querySelectorAll('nav [aria-current=page]')].filter((one) => {
        const box = one.getBoundingClientRect(), within = one.closest('nav').getBoundingClientRect();
        return box.left < within.left - 1 || box.right > within.right + 1;
      }).map((one) => one.textContent));
      assert.deepEqual(hidden, [], `${name} ${size}: where one is cannot be seen`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(sideways <= 0, `${name} ${size}: ${sideways} px wider than the window`);
      assert.deepEqual(page.complaints, [], name);
      await page.context().close();
    }
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
