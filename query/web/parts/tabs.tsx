// The parts of a page, as links: each has an address of its own.
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface Tab { href: string; word: string; here: boolean }

// Of a row of links that is wider than the window: the one of the part shown is in sight.
export function useCurrentInSight(current: string | undefined) {
  const row = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const nav = row.current, here = nav?.querySelector('[aria-current=page]');
    if (!nav || !here) return;
    const within = nav.getBoundingClientRect(), box = here.getBoundingClientRect();
    if (box.right > within.right) nav.scrollLeft += box.right - within.right;
    if (box.left < within.left) nav.scrollLeft -= within.left - box.left;
  }, [current]);
  return row;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const row = useCurrentInSight(tabs.find((tab) => tab.here)?.word);
  return (
    <nav class="tabs no-print" aria-label={label} ref={row}>
      {tabs.map((tab) => <a key={tab.href} href={tab.href} aria-current={tab.here ? 'page' : undefined}>{tab.word}</a>)}
    </nav>
  );
}
