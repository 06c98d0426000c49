// The frame around every page: where one can go, the theme, and the page of the address.
import { useEffect, useRef, useState } from 'preact/hooks';
import { pageAt, pages } from './pages.ts';
import { useCurrentInSight } from './parts/tabs.tsx';
import { followLinks, useAddress } from './router.ts';
import { chooseTheme, chosenTheme, type Theme } from './theme.ts';

function Brand() {
  return (
    <a class="brand" href="/">
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
        <path d="M2 14V9m4 5V4m4 10V7m4 7V2" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" fill="none" />
      </svg>
      Chartlog
    </a>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const choose = (event: Event) => {
    const chosen = (event.target as HTMLSelectElement).value as Theme;
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <select aria-label="Colours" value={theme} onChange={choose}>
      <option value="system">Auto</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

function Bar({ path }: { path: string }) {
  const here = pageAt(path)?.page;
  const isHere = (pattern: string) => here?.pattern === pattern || path.startsWith(pattern === '/' ? '/patients/' : `${pattern}/`);
  const row = useCurrentInSight(path);
  return (
    <header class="bar no-print">
      <a class="skip" href="#content">To the content</a>
      <Brand />
      <nav aria-label="Pages" ref={row}>
        {pages.filter((page) => page.inBar).map((page) => (
          <a href={page.pattern} aria-current={isHere(page.pattern) ? 'page' : undefined}>{page.inBar}</a>
        ))}
      </nav>
      <ThemeChoice />
    </header>
  );
}

function NoSuchPage() {
  return <div class="find"><h1>There is no such page</h1><p><a href="/">Find a patient</a></p></div>;
}

export function Shell() {
  const address = useAddress();
  const main = useRef<HTMLElement>(null);
  const found = pageAt(address.pathname);
  useEffect(() => followLinks((path) => pageAt(path) !== null), []);
  useEffect(() => {
    document.title = `${found?.page.title ?? 'No such page'} · Chartlog`;
  }, [address.pathname]);
  const Page = found?.page.component ?? NoSuchPage;
  return (
    <>
      <Bar path={address.pathname} />
      <main id="content" tabIndex={-1} ref={main}>
        <Page names={found?.names ?? {}} address={address} />
      </main>
    </>
  );
}
