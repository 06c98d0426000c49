// A long list of which only what can be seen, and some rows around it, is in the document; on paper
// all of it. Rows have one height. Scrolling moves what is there; rows come and go in blocks, and a
// row that stays is not drawn again. A row is never used again for another item: what has the focus
// must not come to mean something else. What somebody looks at stays in its place when rows come
// above it.
import { Component, options, type ComponentChildren, type RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  height: number;   // of the window onto the list; a shorter list takes less
  label: string;
  keyOf(item: NoInfer<T>): string;  // unique in the list, the same for as long as it is that item
  row(item: T, index: number): ComponentChildren;
}

// The paper is drawn as soon as the event is over.
function atOnce(act: () => void): void {
  const kept = options.debounceRendering;
  options.debounceRendering = (render) => render();
  act();
  options.debounceRendering = kept;
}

function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => atOnce(() => setPrinting(true));
    const end = () => setPrinting(false);
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return printing;
}

// How many blocks lie above the window; the same answer again draws nothing.
function useBlocksAbove(box: RefObject<HTMLElement>, blockHeight: number): number {
  const [blocks, setBlocks] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const read = () => setBlocks(Math.floor(element.scrollTop / blockHeight));
    element.addEventListener('scroll', read, { passive: true });
    return () => element.removeEventListener('scroll', read);
  }, [blockHeight]);
  return blocks;
}

// When `items` change, the first of those in sight stays where it is. At the top what is new shows,
// unless somebody is inside with the keyboard.
function useHeldPlace<T>(box: RefObject<HTMLElement>, { items, rowHeight, keyOf }: Pick<Props<T>, 'items' | 'rowHeight' | 'keyOf'>): void {
  const before = useRef(items);
  useLayoutEffect(() => {
    const element = box.current, old = before.current;
    before.current = items;
    if (!element || old === items || (element.scrollTop === 0 && !element.contains(document.activeElement))) return;
    const top = Math.floor(element.scrollTop / rowHeight);
    const seen = old[top] && keyOf(old[top]);
    const now = items.findIndex((item) => keyOf(item) === seen);
    if (now >= 0) element.scrollTop += (now - top) * rowHeight;
  }, [items]);
}

interface RowProps<T> extends Pick<Props<T>, 'rowHeight' | 'row'> { item: T; index: number; count: number }

class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    return next.item !== this.props.item || next.index !== this.props.index || next.row !== this.props.row || next.count !== this.props.count;
  }
  override render({ item, index, count, rowHeight, row }: RowProps<T>) {
    return (
      <div role="listitem" aria-posinset={index + 1} aria-setsize={count}
        style={{ position: 'absolute', top: index * rowHeight, height: rowHeight, left: 0, right: 0 }}>
        {row(item, index)}
      </div>
    );
  }
}

export const rowsBlock = 4;  // come and go together
export const rowsSpare = 6;  // above and below, so that a fast scroll shows no gap

// The rows [first, last) that are in the document.
export function rowsShown(count: number, inWindow: number, blocksAbove: number): { first: number; last: number } {
  const top = Math.min(blocksAbove * rowsBlock, Math.max(0, count - inWindow));  // a list that became shorter
  return { first: Math.max(0, top - rowsSpare), last: Math.min(count, top + rowsBlock + inWindow + rowsSpare) };
}

export function VirtualList<T>({ items, rowHeight, height, label, keyOf, row }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const blocksAbove = useBlocksAbove(box, rowsBlock * rowHeight);
  useHeldPlace(box, { items, rowHeight, keyOf });
  const printing = usePrinting();
  const shown = Math.min(height, items.length * rowHeight);
  const { first, last } = printing ? { first: 0, last: items.length } : rowsShown(items.length, Math.ceil(shown / rowHeight), blocksAbove);
  return (
    <div class="virtual" ref={box} style={{ height: shown, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <div role="list" style={{ height: items.length * rowHeight, position: 'relative' }}>
        {items.slice(first, last).map((item, i) => (
          <Row key={keyOf(item)} item={item} index={first + i} count={items.length} rowHeight={rowHeight} row={row} />
        ))}
      </div>
    </div>
  );
}
