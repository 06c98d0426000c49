// What works in the background: measures that are filled, subscriptions, the access log, the process.
import { titleOf, periodText } from '../population/measure_text.ts';
import type { MeasureList } from '../population/types.ts';
import { Chip, type Tone } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { recorded } from '../text/date.ts';
import { bytes, duration } from './figure_text.ts';
import { sum, type Reading } from './prometheus.ts';
import { statusesIn, type StatusBundle } from './subscription_status.ts';
import { useAgain } from './use_again.ts';

export function MeasuresPart() {
  const { body, error } = useAgain<MeasureList>('/measures', 5000);
  return (
    <Section title="Measures" count={body?.measures.length ?? 0} note="filled in the background, news first">
      {error && <ErrorPanel error={error} />}
      {body?.measures.length === 0 && <Nothing>None is loaded.</Nothing>}
      <ul class="work">
        {body?.measures.map((one) => {
          const { records, of } = one.evaluated ?? { records: 1, of: 1 };
          return <li key={one.measure + one.period}><span>{titleOf(one.title)} <span class="quiet">{periodText(one.period)}</span></span><span class="quiet">{records >= of ? 'current' : <><progress value={records} max={of} aria-label={`${titleOf(one.title)}, evaluated`} /> {records} of {of} records</>}</span></li>;
        })}
      </ul>
      {body?.not_in_force.map((one) => <p key={one.setting} class="panel">{one.setting} is not in force: {one.reason}</p>)}
    </Section>
  );
}

const tones: Readonly<Record<string, Tone>> = { active: 'good', error: 'danger', requested: 'warn', off: 'past' };

export function SubscriptionsPart({ reading }: { reading: Reading | undefined }) {
  const { body, error } = useAgain<StatusBundle>('/fhir/Subscription/$status', 5000);
  const all = statusesIn(body);
  const waiting = reading ? sum(reading.samples, 'subscription_events_waiting') : 0;
  return (
    <Section title="Subscriptions" count={all.length} note={waiting > 0 ? `${waiting} events wait` : undefined}>
      {error && <ErrorPanel error={error} />}
      {body && all.length === 0 && <Nothing>Nobody has subscribed.</Nothing>}
      <ul class="work">
        {all.map((one) => <li key={one.id}><span><a href={`/fhir/Subscription/${one.id}`} class="id">{one.id}</a> <span class="quiet small">{one.topic}</span>{one.error && <span class="wrong small"> {one.error}</span>}</span><span><Chip tone={tones[one.status] ?? 'plain'}>{one.status}</Chip> <span class="quiet small">{one.events} events</span></span></li>)}
      </ul>
    </Section>
  );
}

function Fact({ word, value, alarm = false }: { word: string; value: string | number; alarm?: boolean }) {
  return <div><dt>{word}</dt><dd>{alarm ? <Chip tone="danger">{value}</Chip> : value}</dd></div>;
}

export function ProcessPart({ reading }: { reading: Reading | undefined }) {
  if (!reading) return null;
  const of = (name: string) => sum(reading.samples, name);
  const began = of('process_start_time_seconds');
  return (
    <Section title="Process, access log and proof">
      <dl class="facts">
        <Fact word="Running since" value={recorded(new Date(began * 1000).toISOString())} />
        <Fact word="Memory" value={bytes(of('process_resident_memory_bytes'))} />
        <Fact word="Threads" value={of('process_threads')} />
        <Fact word="Open files" value={of('process_open_fds')} />
        <Fact word="Connections" value={of('http_connections')} />
        <Fact word="Requests in flight" value={of('http_requests_in_flight')} />
        <Fact word="Queued for the log" value={bytes(of('log_queued_bytes'))} />
        <Fact word="Accesses are recorded" value={of('access_recording') === 1 ? 'yes' : 'no'} alarm={of('access_recording') !== 1} />
        <Fact word="Accesses waiting" value={bytes(of('access_waiting_bytes'))} />
        <Fact word="Accesses missing" value={of('access_lost_entries')} alarm={of('access_lost_entries') > 0} />
        <Fact word="Reads refused unrecorded" value={of('access_refused')} alarm={of('access_refused') > 0} />
        <Fact word="Checkpoints signed" value={of('proof_checkpoints_total')} />
        <Fact word="Forks found" value={of('proof_forks_total')} alarm={of('proof_forks_total') > 0} />
        <Fact word="Damaged records" value={sum(reading.samples, 'worker_record_faults_total', ({ fault }) => fault === 'damaged')} alarm={sum(reading.samples, 'worker_record_faults_total', ({ fault }) => fault === 'damaged') > 0} />
        <Fact word="Appends sent again" value={of('ingest_resends_total')} />
        <Fact word="Append, mean" value={duration(of('ingest_append_seconds_count') === 0 ? null : of('ingest_append_seconds_sum') / of('ingest_append_seconds_count'))} />
      </dl>
    </Section>
  );
}
