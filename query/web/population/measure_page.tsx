// One measure: who counts, how the rate went, and where it is high or low.
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Section } from '../parts/section.tsx';
import { Choice } from '../parts/choice.tsx';
import { go } from '../router.ts';
import { gapsAddress, measureAddress, membersAddress, summaryPath, trendPath, type Cell } from './addresses.ts';
import { BoardChoice } from './board_choice.tsx';
import { Comparison } from './comparison.tsx';
import { DirectionWord } from './direction.tsx';
import { changeText, countText, directionText, fractionText, inOrder, percent, periodText, populationWord, titleOf } from './measure_text.ts';
import { boardKey, useMoves } from './moves.ts';
import { RateTrend } from './rate_trend.tsx';
import { useFollowed } from './tiles.tsx';
import { dimensions, type Count, type Dimension, type Figures, type GroupFigures, type Listed, type Summary, type Trend } from './types.ts';
import { WithheldNote } from './withheld.tsx';

const always = new Set(['patients', 'initial-population', 'denominator', 'numerator']);

function countsOf(figures: Figures): { code: string; count: Count }[] {
  const counts: Record<string, Count> = { ...figures.populations, patients: figures.patients, failed: figures.failed };
  return inOrder(Object.keys(counts)).map((code) => ({ code, count: counts[code]! })).filter((one) => one.count !== 0 || always.has(one.code));
}

function Flow({ figures, cell, episodes, listed }: { figures: Figures; cell: Cell; episodes: boolean; listed: boolean }) {
  return (
    <table class="flow" aria-label="Populations">
      <tbody>
        {countsOf(figures).map(({ code, count }) => (
          <tr key={code}>
            <th scope="row">{populationWord(code)}</th>
            <td class="number">{listed && count !== 0 ? <a href={membersAddress(cell, code)} aria-label={`${populationWord(code)}: ${countText(count)}, who`}>{countText(count)}</a> : countText(count)}</td>
            <td class="quiet small">{code === 'patients' || code === 'failed' || !episodes ? 'patients' : 'episodes'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Heading({ summary, group, figures }: { summary: Summary; group: GroupFigures; figures: Figures | undefined }) {
  const { why } = directionText(group.direction);
  return (
    <header class="page-head">
      <p class="crumb small"><a href="/population">Measures</a></p>
      <h1>{titleOf(summary.title)}</h1>
      <p class="quiet">{summary.name} {summary.version} · period {periodText(summary.period)} · {group.scoring} · not clinically reviewed</p>
      <p class="rate big">{figures?.rate === undefined ? <span class="no-rate">No rate</span> : <><strong>{percent(figures.rate)}</strong> <span class="of">{fractionText(figures)}</span></>} <DirectionWord direction={group.direction} /></p>
      {why && <p class="panel">{why}</p>}
    </header>
  );
}

function GroupChoice({ summary, cell }: { summary: Summary; cell: Cell }) {
  if (summary.groups.length < 2) return null;
  return <div class="toolbar"><Choice label="Group" options={summary.groups.map((group) => ({ value: String(group.group), word: `Group ${group.group}` }))} chosen={String(cell.group)} choose={(group) => go(measureAddress(cell.measure, cell.period, Number(group), cell.by), 'replace')} /></div>;
}

export function MeasurePage({ cell, measures }: { cell: Cell; measures: readonly Listed[] }) {
  const key = boardKey(cell);
  const moved = useMoves().counts.get(key) ?? 0;
  const whole: Cell = { measure: cell.measure, period: cell.period, group: cell.group };
  const summary = useFollowed<Summary>(summaryPath(cell.measure, cell.period), key);
  const trend = useFollowed<Trend>(trendPath(whole), key);
  if (summary.error) return <ErrorPanel error={summary.error} retry={summary.again}><p><a href="/population">All measures</a></p></ErrorPanel>;
  const group = summary.body?.groups[cell.group - 1];
  if (!summary.body || !group) return <p class="quiet">Asking …</p>;
  const figures = group.strata[0], listed = !summary.body.withheld_below;
  const by = dimensions.find((one) => one === cell.by) ?? 'site';
  const canHaveGaps = group.direction !== undefined && group.direction !== 'unclear' && group.scoring === 'proportion';
  return (
    <>
      <Heading summary={summary.body} group={group} figures={figures} />
      <BoardChoice measures={measures} name={summary.body.name} cell={{ ...cell, measure: summary.body.measure, period: summary.body.period }} />
      <GroupChoice summary={summary.body} cell={cell} />
      <div class="columns">
        <Section title="By month" note={changeText(trend.body?.months ?? [], group.direction)}>
          {trend.error && <ErrorPanel error={trend.error} retry={trend.again} />}
          {trend.body && <RateTrend months={trend.body.months} />}
        </Section>
        <Section title="Who counts" actions={canHaveGaps && listed && <a href={gapsAddress(whole)}>Care gaps</a>}>
          {figures && <Flow figures={figures} cell={whole} episodes={group.counts === 'episodes'} listed={listed} />}
          {!listed && <WithheldNote />}
          {!canHaveGaps && <p class="quiet small">No work list: {group.direction === 'unclear' || !group.direction ? 'which way is better is not known' : `gaps are those of a proportion, this is ${group.scoring}`}.</p>}
        </Section>
      </div>
      <Comparison key={`${by} ${moved}`} cell={whole} by={by as Dimension} direction={group.direction} overall={figures?.rate} file={summary.body.name} choose={(next) => go(measureAddress(cell.measure, cell.period, cell.group, next), 'replace')} />
    </>
  );
}
