// A long list of which only what can be seen is in the document. Rows have one height.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  height: number;   // of the window onto the list; a shorter list takes less
  label: string;
  row(item: T, index: number): ComponentChildren;
}

const spare = 8;  // rows above and below, so that a fast scroll shows no gap

export function VirtualList<T>({ items, rowHeight, height, label, row }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const read = () => setTop(element.scrollTop);
    element.addEventListener('scroll', read, { passive: true });
    return () => element.removeEventListener('scroll', read);
  }, []);
  const shown = Math.min(height, items.length * rowHeight);
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(items.length, Math.ceil((top + shown) / rowHeight) + spare);
  return (
    <div class="virtual" ref={box} style={{ height: shown, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <div role="list" style={{ height: items.length * rowHeight, position: 'relative' }}>
        {items.slice(first, last).map((item, i) => (
          <div key={first + i} role="listitem" aria-posinset={first + i + 1} aria-setsize={items.length}
            style={{ position: 'absolute', top: (first + i) * rowHeight, height: rowHeight, left: 0, right: 0 }}>
            {row(item, first + i)}
          </div>
        ))}
      </div>
    </div>
  );
}
