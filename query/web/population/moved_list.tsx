// Who moved just now, and by what.
import { PersonLink } from '../parts/person_link.tsx';
import { usePeople } from '../parts/people.ts';
import { Nothing, Section } from '../parts/section.tsx';
import { recorded } from '../text/date.ts';
import { explainedAddress } from './addresses.ts';
import { periodText, standingText, titleOf } from './measure_text.ts';
import { boardKey, useMoves } from './moves.ts';
import type { Listed } from './types.ts';

const shown = 12;

export function MovedList({ measures }: { measures: readonly Listed[] }) {
  const { list } = useMoves();
  const newest = list.slice(0, shown);
  const people = usePeople(newest.map((one) => one.patient));
  const severalPeriods = new Set(measures.map((measure) => measure.period)).size > 1;
  const titles = new Map(measures.map((measure) => [boardKey(measure), titleOf(measure.title)]));
  return (
    <Section title="Moved just now" count={list.length} note="since this page was opened">
      {newest.length === 0 && <Nothing>Nobody has moved yet. Who does appears here within a second.</Nothing>}
      {newest.length > 0 && (
        <div class="wide-table" role="region" aria-label="Moved just now" tabIndex={0}>
          <table class="moves">
            <thead><tr><th>Patient</th><th>Measure</th><th>From</th><th>To</th><th>By</th><th>Recorded</th></tr></thead>
            <tbody>
              {newest.map((one) => (
                <tr key={`${one.position} ${one.patient} ${boardKey(one)} ${one.group}`}>
                  <td><PersonLink id={one.patient} people={people} href={explainedAddress(one.measure, one.period, one.patient)} /></td>
                  <td>{titles.get(boardKey(one)) ?? one.measure}{severalPeriods && <span class="quiet small"> {periodText(one.period)}</span>}{one.after_the_period && <span class="quiet small"> (restates a period that has ended)</span>}</td>
                  <td>{standingText(one.from)}</td>
                  <td>{standingText(one.to)}</td>
                  <td class="small">{one.cause.join(', ')}</td>
                  <td class="nowrap">{recorded(one.known)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
