// One change: its events with author and what each altered; beside it the chart of that moment.
import { differences } from '../chart/version_diff.ts';
import type { Chart, Item } from '../chart/types.ts';
import { withParameters } from '../api.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Section } from '../parts/section.tsx';
import { moment } from '../text/date.ts';
import { coded, plain, typeWord, type Coded } from '../text/word.ts';
import { resourceName } from './resource_name.ts';
import type { Step } from './player.ts';
import type { Event } from './types.ts';

const eventsMax = 60, fieldsMax = 12, listedMax = 8;

function Altered({ event, before }: { event: Event; before: Event }) {
  const changed = differences(before.resource, event.resource);
  if (changed.length === 0) return <p class="quiet small">Nothing that was sent has changed.</p>;
  return (
    <dl class="fields">
      {changed.slice(0, fieldsMax).map((one) => <div key={one.path}><dt>{one.path}</dt><dd>{one.before !== undefined && <del>{one.before}</del>} {one.after !== undefined && <ins>{one.after}</ins>}</dd></div>)}
      {changed.length > fieldsMax && <div class="quiet">and {changed.length - fieldsMax} more</div>}
    </dl>
  );
}

function OneEvent({ event, before, patient }: { event: Event; before: Event | undefined; patient: string }) {
  return (
    <li>
      <p><span class="effect">{plain(event.effect)}</span> <a href={`/patients/${encodeURIComponent(patient)}?history=${event.type}/${event.id}`}>{resourceName(event.resource) || typeWord(event.type)}</a>
        <span class="quiet small"> {resourceName(event.resource) && `${typeWord(event.type)}, `}version {event.version}{event.effective && `, of ${moment(event.effective)}`}</span></p>
      {event.effect === 'amended' && before?.resource && event.resource && <Altered event={event} before={before} />}
    </li>
  );
}

function author(step: Step): string {
  const who = step.events[0]?.who ?? {};
  return `by ${who.actor ?? 'somebody not named'}${who.role ? ` (${plain(who.role)})` : ''}${who.site ? ` at ${who.site}` : ''}${who.source ? `, sent by ${who.source}` : ''}${who.purpose ? `, purpose ${who.purpose}` : ''}`;
}

export function StepEvents({ step, previous, patient }: { step: Step; previous: ReadonlyMap<Event, Event>; patient: string }) {
  const more = step.events.length - eventsMax;
  return (
    <Section title="What was written" count={step.events.length} note={author(step)}>
      <ol class="step-events">{step.events.slice(0, eventsMax).map((event) => <OneEvent key={`${event.type}/${event.id}/${event.version}`} event={event} before={previous.get(event)} patient={patient} />)}</ol>
      {more > 0 && <p class="quiet small">and {more} more in this commit</p>}
    </Section>
  );
}

type KnownItem = Item & { drug?: Coded };
type KnownChart = Chart & { medications: { items: KnownItem[]; more: boolean } };

function Listed({ word, items, more }: { word: string; items: readonly KnownItem[]; more: boolean }) {
  const names = items.map((item) => coded(item.code ?? item.drug) || item.title || item.type);
  const rest = names.length - listedMax;
  return (
    <div>
      <dt>{word} <span class="count">{items.length}{more && '+'}</span></dt>
      <dd>{names.slice(0, listedMax).join('; ')}{rest > 0 && `; and ${rest} more`}</dd>
    </div>
  );
}

const countedParts = [
  ['labs', 'results'], ['vitals', 'vital signs'], ['immunizations', 'immunizations'], ['procedures', 'procedures'], ['encounters', 'visits'], ['documents', 'documents'], ['reports', 'reports'],
] as const;

function Counted({ chart }: { chart: Chart }) {
  const counts = countedParts.map(([key, word]) => ({ word, items: chart[key].items.length, more: chart[key].more })).filter((one) => one.items > 0);
  return <div><dt>Besides</dt><dd>{counts.map((one) => `${one.items}${one.more ? ' or more' : ''} ${one.word}`).join(', ') || 'nothing'}</dd></div>;
}

// Asked once the player rests for a moment, so that a fast one does not ask for each step.
export function KnownThen({ patient, position, playing }: { patient: string; position: string; playing: boolean }) {
  const path = `/charts/${encodeURIComponent(patient)}`;
  const answer = useAnswer<KnownChart>(withParameters(path, { asOf: position, limit: 200 }), playing ? 400 : 120);
  const chart = answer.body;
  const page = withParameters(`/patients/${encodeURIComponent(patient)}`, { asOf: position });
  return (
    <Section title="Known then" actions={<a href={page}>Whole chart then</a>}>
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      {chart && (
        <dl class={answer.loading ? 'known stale' : 'known'} aria-busy={answer.loading}>
          <Listed word="Problems" items={chart.problems.items} more={chart.problems.more} />
          <Listed word="Allergies" items={chart.allergies.items} more={chart.allergies.more} />
          <Listed word="Medications" items={chart.medications.items} more={chart.medications.more} />
          <Counted chart={chart} />
        </dl>
      )}
    </Section>
  );
}
