// What of a long list is in the document.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsBlock, rowsShown, rowsSpare } from '../../../query/web/parts/virtual_list.tsx';

const rowHeight = 46, inWindow = 10, count = 500;

test('wherever one scrolls, what can be seen is there, and what comes next', () => {
  for (let scrolled = 0; scrolled <= (count - inWindow) * rowHeight; scrolled += 7) {
    const { first, last } = rowsShown(count, inWindow, Math.floor(scrolled / (rowsBlock * rowHeight)));
    const top = Math.floor(scrolled / rowHeight), bottom = Math.ceil(scrolled / rowHeight) + inWindow;
    assert.ok(first <= Math.max(0, top - rowsSpare) && last >= Math.min(count, bottom + rowsSpare), `at ${scrolled} px: ${first} to ${last}`);
    assert.ok(last - first <= inWindow + rowsBlock + 2 * rowsSpare);
  }
});

test('a list that became shorter shows its end, a short one all of it', () => {
  assert.deepEqual(rowsShown(12, inWindow, 40), { first: 0, last: 12 });
  assert.deepEqual(rowsShown(100, inWindow, 40), { first: 84, last: 100 });
  assert.deepEqual(rowsShown(3, 3, 0), { first: 0, last: 3 });
});
