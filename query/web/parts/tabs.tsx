// The parts of a page, as links: each has an address of its own.
export interface Tab { href: string; word: string; here: boolean }

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav class="tabs no-print" aria-label={label}>
      {tabs.map((tab) => <a key={tab.href} href={tab.href} aria-current={tab.here ? 'page' : undefined}>{tab.word}</a>)}
    </nav>
  );
}
