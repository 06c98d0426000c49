// Runs behind axe-core in a world of its own beside the page.
//
// Contrast is nine tenths of axe's time, and pages are made of rows that look alike. Of elements that have
// the same colours, size and weight, and stand on the same grounds up to the root, one is judged: here, or
// on a page before, whose looks are in `judged`.
const looks = ['color', 'backgroundColor', 'backgroundImage', 'opacity', 'fontSize', 'fontWeight', 'textShadow', 'position', 'filter', 'mixBlendMode', 'visibility'];

// 53 bits (cyrb53).
function digest(text) {
  let one = 0xdeadbeef, two = 0x41c6ce57;
  for (let i = 0; i < text.length; ++i) {
    const code = text.charCodeAt(i);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0);
}

function lookOf(element, known) {
  if (element === null) return 0;
  if (!known.has(element)) {
    const style = getComputedStyle(element);
    const pseudo = ['::before', '::after'].map((which) => getComputedStyle(element, which)).map((one) => (one.content === 'none' ? '' : one.content + one.backgroundColor));
    known.set(element, digest([lookOf(element.parentElement, known), ...looks.map((name) => style[name]), ...pseudo].join()));
  }
  return known.get(element);
}

function judgeAlikeOnce(rule, judged) {
  const matches = rule.allMatches ??= rule.matches;
  const known = new Map();
  rule.matches = function (element, ...others) {
    if (!matches.call(this, element, ...others)) return false;
    const look = lookOf(element.actualNode ?? element, known), isNew = !judged.has(look);
    judged.add(look);
    return isNew;
  };
}

// In words, and all that has been judged by now. `rules`: their ids, or null for all.
async function violations(rules, judgedBefore) {
  const judged = new Set(judgedBefore);
  judgeAlikeOnce(axe._audit.rules.find((rule) => rule.id === 'color-contrast'), judged);
  const found = await axe.run(document, { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) });
  const place = (node) => `${node.target} ${node.any[0]?.message ?? ''}`;
  return { found: found.violations.map((one) => `${one.id}: ${one.help} at ${one.nodes.slice(0, 3).map(place).join('; ')}`), judged: [...judged] };
}
