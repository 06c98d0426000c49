// Runs the walks in walks/: each exports named functions, whose name is what they show. All share
// one browser; each has a context of its own.
import { readdirSync } from 'node:fs';
import { Walker } from './walker.mjs';

const word = process.argv[2] ?? '';
const walker = await Walker.start();
let failed = 0;
for (const file of readdirSync(new URL('walks/', import.meta.url)).sort()) {
  const walks = await import(`./walks/${file}`);
  for (const [name, walk] of Object.entries(walks)) {
    const title = name.replace(/([A-Z])/g, ' $1').toLowerCase();
    if (!title.includes(word) && !file.includes(word)) continue;
    const began = Date.now();
    try {
      await walk(walker);
      console.log(`ok      ${title} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${title}\n${error.stack}`);
      await walker.screenshotFailure(title);
    }
    await walker.closeContexts();
  }
}
await walker.stop();
process.exit(failed === 0 ? 0 : 1);
