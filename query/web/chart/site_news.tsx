// How fresh each site's data is: when it last recorded something here, the newest first.
import { recorded } from '../text/date.ts';
import type { SiteNews } from './types.ts';

const shownMax = 4;  // more are opened

const nameOf = (one: SiteNews) => one.site ?? 'Unnamed site';

function List({ sites, label }: { sites: readonly SiteNews[]; label: string }) {
  return <ul aria-label={label}>{sites.map((one) => <li key={nameOf(one)}><strong>{nameOf(one)}</strong> {recorded(one.last)}</li>)}</ul>;
}

export function SiteList({ sites }: { sites: readonly SiteNews[] }) {
  if (sites.length === 0) return null;
  const ordered = [...sites].sort((a, b) => Date.parse(b.last) - Date.parse(a.last));
  const rest = ordered.slice(shownMax);
  return (
    <div class="line sites">
      <span>Last recorded</span>
      <List sites={ordered.slice(0, shownMax)} label="Last recorded by site" />
      {rest.length > 0 && <details><summary>{rest.length} more</summary><List sites={rest} label="Sites that recorded earlier" /></details>}
    </div>
  );
}
