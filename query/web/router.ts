// The address decides what is shown: patterns with :names, the History API, links as links.
import { useEffect, useState } from 'preact/hooks';

export type Names = Readonly<Record<string, string>>;

// What the pattern's names stand for; null: another page. A last `*` takes the rest, also none.
export function match(pattern: string, path: string): Names | null {
  const want = pattern.split('/').filter(Boolean);
  const have = path.split('/').filter(Boolean).map(decodeURIComponent);
  const names: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    if (part === '*') return { ...names, rest: have.slice(i).join('/') };
    const value = have[i];
    if (value === undefined) return null;
    if (part.startsWith(':')) names[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return want.length === have.length ? names : null;
}

const moved = 'chartlog:moved';

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  window.dispatchEvent(new Event(moved));
}

export function useAddress(): URL {
  const [address, setAddress] = useState(() => new URL(location.href));
  useEffect(() => {
    const read = () => setAddress(new URL(location.href));
    window.addEventListener(moved, read);
    window.addEventListener('popstate', read);
    return () => {
      window.removeEventListener(moved, read);
      window.removeEventListener('popstate', read);
    };
  }, []);
  return address;
}

// Plain clicks on links to `isPage` addresses stay in the page; all others are the browser's.
export function followLinks(isPage: (path: string) => boolean): () => void {
  const follow = (event: MouseEvent) => {
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!isPage(link.pathname) || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    go(link.href);
  };
  document.addEventListener('click', follow);
  return () => document.removeEventListener('click', follow);
}
