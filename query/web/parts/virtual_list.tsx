// A long list of which only what can be seen is in the document; on paper all of it. Rows have one
// height.
import { options, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  height: number;   // of the window onto the list; a shorter list takes less
  label: string;
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

const spare = 8;  // rows above and below, so that a fast scroll shows no gap

export function VirtualList<T>({ items, rowHeight, height, label, row }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const printing = usePrinting();
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const read = () => setTop(element.scrollTop);
    element.addEventListener('scroll', read, { passive: true });
    return () => element.removeEventListener('scroll', read);
  }, []);
  const shown = Math.min(height, items.length * rowHeight);
  const first = printing ? 0 : Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = printing ? items.length : Math.min(items.length, Math.ceil((top + shown) / rowHeight) + spare);
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
