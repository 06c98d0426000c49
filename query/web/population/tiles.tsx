// Measures as tiles: the rate, of how many, how it went, which way is better.
import { useEffect } from 'preact/hooks';
import { useAnswer } from '../parts/answer.ts';
import { Chip } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { measureAddress, summaryPath, trendPath } from './addresses.ts';
import { DirectionWord } from './direction.tsx';
import { changeText, countText, fractionText, percent, periodText, titleOf } from './measure_text.ts';
import { boardKey, useMoves } from './moves.ts';
import type { Figures, Listed, Summary, Trend } from './types.ts';
import { Withheld } from './withheld.tsx';

// Asked again when somebody has moved in it.
export function useFollowed<T>(path: string, key: string) {
  const answer = useAnswer<T>(path);
  const { turn, counts } = useMoves();
  const moved = counts.get(key) ?? 0;
  useEffect(() => { if (moved > 0) answer.again(); }, [turn, moved > 0]);
  return answer;
}

function Rate({ figures, scoring }: { figures: Figures; scoring: string }) {
  const { rate } = figures;
  if (rate === undefined) return <p class="no-rate">{scoring === 'proportion' ? 'No rate: nobody is in the denominator' : `No rate: a ${scoring} measure`}</p>;
  if (rate === null) return <p class="no-rate">Rate withheld, {fractionText(figures)}</p>;
  return <p class="rate"><strong>{percent(rate)}</strong> <span class="of">{fractionText(figures)}</span></p>;
}

function Progress({ records, of }: { records: number; of: number }) {
  return (
    <p class="small quiet progress">
      <progress value={records} max={of} aria-label="Evaluated so far" /> {records} of {of} records evaluated
    </p>
  );
}

function Tile({ measure, group }: { measure: Listed; group: number }) {
  const key = boardKey(measure);
  const summary = useFollowed<Summary>(summaryPath(measure.measure, measure.period), key);
  const trend = useFollowed<Trend>(trendPath({ measure: measure.measure, period: measure.period, group }), key);
  const text = measure.groups[group - 1]!;
  const figures = summary.body?.groups[group - 1]?.strata[0];
  const months = trend.body?.months ?? [];
  const change = changeText(months, text.direction);
  const moved = useMoves().counts.get(key) ?? 0;
  return (
    <li class={moved > 0 ? 'tile arrived' : 'tile'}>
      <h2><a href={measureAddress(measure.measure, measure.period, group)}>{titleOf(measure.title)}</a></h2>
      <p class="small quiet">{periodText(measure.period)}{measure.groups.length > 1 && ` · group ${group} of ${measure.groups.length}`}{text.counts === 'episodes' && ' · counts episodes'}</p>
      {summary.error && <ErrorPanel error={summary.error} retry={summary.again} />}
      {figures && (
        <div class="figure">
          <Rate figures={figures} scoring={text.scoring} />
          <Sparkline values={months.flatMap((month) => (typeof month.rate === 'number' ? [month.rate] : []))} width={84} height={24} />
        </div>
      )}
      <p class="small"><DirectionWord direction={text.direction} />{figures?.rate !== undefined && change && <span class="quiet"> · {change}</span>}</p>
      <p class="small quiet foot">
        <span>n = {figures ? countText(figures.patients) : 0} patients{figures && figures.failed !== 0 && `, ${countText(figures.failed)} could not be evaluated`}{summary.body?.withheld_below && <Withheld />}</span>
        {moved > 0 && <Chip tone="warn">{moved} moved just now</Chip>}
      </p>
      {measure.evaluated && measure.evaluated.records < measure.evaluated.of && <Progress {...measure.evaluated} />}
    </li>
  );
}

export function Tiles({ measures }: { measures: readonly Listed[] }) {
  return (
    <ul class="tiles">
      {measures.flatMap((measure) => measure.groups.map((_, i) => <Tile key={`${boardKey(measure)} ${i}`} measure={measure} group={i + 1} />))}
    </ul>
  );
}
