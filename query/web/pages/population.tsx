// The population: measures as they stand now, who is behind a figure and why, what is due, alerts.
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing } from '../parts/section.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { cellIn } from '../population/addresses.ts';
import { boardsOver, PeriodChoice } from '../population/board_choice.tsx';
import { AlertsPage } from '../population/alerts_page.tsx';
import { DueList } from '../population/due_page.tsx';
import { ExplainedPage } from '../population/explained_page.tsx';
import { GapsPage } from '../population/gaps_page.tsx';
import { LiveWord } from '../population/live_word.tsx';
import { MeasurePage } from '../population/measure_page.tsx';
import { MembersPage } from '../population/members_page.tsx';
import { MovedList } from '../population/moved_list.tsx';
import { MovesContext, useMoveLine, useMoves } from '../population/moves.ts';
import { Tiles } from '../population/tiles.tsx';
import type { MeasureList } from '../population/types.ts';
import type { PageProps } from '../pages.ts';

function NotInForce({ list }: { list: MeasureList }) {
  if (list.not_in_force.length === 0) return null;
  return (
    <div class="panel">
      <div>Loaded, but not in force; load them again once mended:</div>
      <ul>{list.not_in_force.map((one) => <li key={one.setting}>{one.setting}: {one.reason}</li>)}</ul>
    </div>
  );
}

function Measures({ list, period }: { list: MeasureList; period: string | null }) {
  const { line } = useMoves();
  return (
    <>
      <header class="page-head with-live">
        <div><h1>Measures</h1><p class="quiet">Kept current as events come · {list.notice}</p></div>
        <LiveWord line={line} />
      </header>
      <NotInForce list={list} />
      {list.measures.length === 0 && <Nothing>No measure is loaded. <code>chartlog measures load FILE… --period 2026 --to URL</code> brings one.</Nothing>}
      <PeriodChoice measures={list.measures} period={period} />
      <Tiles measures={boardsOver(list.measures, period)} />
      {list.measures.length > 0 && <MovedList measures={list.measures} />}
    </>
  );
}

interface BelowProps { names: readonly string[]; address: URL; measures: MeasureList['measures'] }

function BelowMeasure({ names, address, measures }: BelowProps) {
  const [measure = '', below, patient] = names;
  const cell = cellIn(address, measure);
  if (!below) return <MeasurePage cell={cell} measures={measures} />;
  if (below === 'gaps') return <GapsPage cell={cell} />;
  if (below === 'patients' && patient) return <ExplainedPage measure={measure} period={cell.period} patient={patient} />;
  if (below === 'patients') return <MembersPage cell={cell} population={address.searchParams.get('population') ?? 'patients'} />;
  return <Nothing>There is no such page. <a href="/population">Measures</a></Nothing>;
}

function OfMeasures({ names, address }: { names: readonly string[]; address: URL }) {
  const list = useAnswer<MeasureList>('/measures');
  const moves = useMoveLine(list.body?.position ?? null);
  if (list.error) return <ErrorPanel error={list.error} retry={list.again} />;
  if (!list.body) return <p class="quiet">Asking …</p>;
  return (
    <MovesContext.Provider value={moves}>
      {names[0] === 'measures' && names[1] ? <BelowMeasure names={names.slice(1)} address={address} measures={list.body.measures} /> : <Measures list={list.body} period={address.searchParams.get('period')} />}
    </MovesContext.Provider>
  );
}

export function PopulationPage({ names, address }: PageProps) {
  const below = (names.rest ?? '').split('/').filter(Boolean);
  const part = below[0] === 'due' || below[0] === 'alerts' ? below[0] : 'measures';
  return (
    <>
      <Tabs label="Population" tabs={[
        { href: '/population', word: 'Measures', here: part === 'measures' },
        { href: '/population/due', word: 'Due prevention', here: part === 'due' },
        { href: '/population/alerts', word: 'Alerts', here: part === 'alerts' },
      ]} />
      {part === 'due' && <DueList address={address} />}
      {part === 'alerts' && <AlertsPage />}
      {part === 'measures' && <OfMeasures names={below} address={address} />}
    </>
  );
}
