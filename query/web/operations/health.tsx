// Whether the node is ready, and where each of its shards stands.
import { Chip } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Section } from '../parts/section.tsx';
import { sum, type Reading } from './prometheus.ts';
import type { Again } from './use_again.ts';

interface Shard { shard: number; position: number; lag: number | null; problem: string | null }
export interface Health { status: string; site: string; roles: string[]; writes: string; problems: string[]; shards: Shard[] }

function Row({ shard, parked }: { shard: Shard; parked: number }) {
  return (
    <tr>
      <td class="number">{shard.shard}</td>
      <td class="number">{shard.position}</td>
      <td class="number">{shard.lag ?? 'not known'}</td>
      <td class="number">{parked}</td>
      <td>{shard.problem ? <><Chip tone="danger">stopped</Chip> {shard.problem}</> : shard.lag === null ? <Chip tone="warn">the log does not say</Chip> : shard.lag > 0 ? <Chip tone="warn">catching up</Chip> : <Chip tone="good">follows</Chip>}</td>
    </tr>
  );
}

function Catching({ shards }: { shards: readonly Shard[] }) {
  const done = shards.reduce((all, one) => all + one.position, 0), left = shards.reduce((all, one) => all + (one.lag ?? 0), 0);
  if (left === 0) return null;
  return <p><progress value={done} max={done + left} aria-label="Records read" /> <span class="quiet">{done} of {done + left} records read; {left} to go</span></p>;
}

// Read models that are built beside the live ones, and what became of the last build.
function Rebuild({ reading }: { reading: Reading | undefined }) {
  if (!reading) return null;
  const of = (name: string) => sum(reading.samples, name);
  const done = of('rebuild_records_done'), all = of('rebuild_records');
  if (of('rebuild_failed') > 0) return <p class="panel danger" role="status">The last build of new read models failed; the old ones stay in use. The node’s log says why; its next start tries again.</p>;
  if (of('rebuild_running') === 0) return null;
  return <p><progress value={done} max={Math.max(all, 1)} aria-label="New read models" /> <span class="quiet">Read models are built anew beside those in use: {done} of {all} records</span></p>;
}

export function HealthPart({ health, reading }: { health: Again<Health>; reading: Reading | undefined }) {
  const { body, error } = health;
  const parkedOf = (shard: number) => (reading ? sum(reading.samples, 'worker_parked_patients', (labels) => labels.shard === String(shard)) : 0);
  return (
    <Section title="Shards" count={body?.shards.length ?? 0} note={body ? [body.site ? `site ${body.site}` : 'no site named', `roles ${body.roles.join(', ')}`].join(' · ') : undefined}>
      {error && <ErrorPanel error={error}>It is asked again every two seconds.</ErrorPanel>}
      {body && <Catching shards={body.shards} />}
      <Rebuild reading={reading} />
      {body && (
        <div class="wide-table" role="region" aria-label="Table: shards" tabIndex={0}>
          <table class="shards">
            <thead><tr><th class="number">Shard</th><th class="number">Position</th><th class="number">Lag (records)</th><th class="number">Parked patients</th><th>State</th></tr></thead>
            <tbody>{body.shards.map((shard) => <Row key={shard.shard} shard={shard} parked={parkedOf(shard.shard)} />)}</tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

// In a sentence, at the top.
export function Verdict({ health }: { health: Again<Health> }) {
  const { body, error } = health;
  if (error) return <p class="panel danger" role="status">The node does not answer.</p>;
  if (!body) return <p class="quiet" role="status">Asking …</p>;
  const stopped = body.shards.filter((one) => one.problem).length;
  const wrong = [...body.problems, ...(body.writes === 'open' ? [] : [`writes: ${body.writes}`]), ...(stopped > 0 ? [`${stopped} shards have stopped`] : [])];
  if (wrong.length > 0) return <div class="panel danger" role="status"><ul>{wrong.map((one) => <li key={one}>{one}</li>)}</ul></div>;
  if (body.status !== 'ready') return <p class="panel" role="status">Catching up: reads wait until every shard has reached the end that its partition had at the start.</p>;
  return <p class="panel good" role="status">Ready. Writes are open, all {body.shards.length} shards follow the log.</p>;
}
