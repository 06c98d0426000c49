// Where a value comes from: each version with who, where, by which system and when, what changed,
// and the proof that it lies on the log.
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { getLines } from '../lines.ts';
import { withParameters } from '../api.ts';
import { namedDates, recorded } from '../text/date.ts';
import { coded, plain, typeWord, type Coded } from '../text/word.ts';
import { differences, flat } from './version_diff.ts';
import { placeOf, textsOf } from './version_text.ts';
import type { Source } from './types.ts';

interface Event {
  position: string;
  time: string;
  effect: string;
  type: string;
  id: string;
  version: number;
  commit: string;
  who?: { actor?: string; role?: string; site?: string; source?: string };
  resource?: Record<string, unknown>;
}

// What it is about, in the sender's words.
function nameOf(resource: Record<string, unknown> | undefined): string {
  const concept = (resource?.code ?? resource?.medicationCodeableConcept ?? resource?.vaccineCode ?? (resource?.type instanceof Array ? resource.type[0] : resource?.type)) as { text?: string; coding?: Coded[] } | undefined;
  return coded(concept?.coding?.[0], concept?.text ?? '');
}

const shownFields = 24;

function Changes({ event, before, alone }: { event: Event; before: Event | undefined; alone: boolean }) {
  if (!event.resource) return null;
  if (!before?.resource) {
    const fields = [...flat(event.resource)].filter(([path]) => !/\.data$|system$/.test(path));
    return (
      <details open={alone}>
        <summary>{fields.length} elements</summary>
        <dl class="fields">{fields.slice(0, 200).map(([path, value]) => <div><dt>{path}</dt><dd>{namedDates(value)}</dd></div>)}</dl>
      </details>
    );
  }
  const changed = differences(before.resource, event.resource);
  return (
    <dl class="fields">
      {changed.slice(0, shownFields).map((one) => (
        <div><dt>{one.path}</dt><dd>{one.before !== undefined && <del>{namedDates(one.before)}</del>} {one.after !== undefined && <ins>{namedDates(one.after)}</ins>}</dd></div>
      ))}
      {changed.length === 0 && <div>Nothing that was sent has changed.</div>}
    </dl>
  );
}

interface VersionProps { event: Event; before: Event | undefined; alone: boolean; proof: string }

function Version({ event, before, alone, proof }: VersionProps) {
  const who = event.who ?? {};
  return (
    <li>
      <h3>Version {event.version}: {plain(event.effect)}</h3>
      <p>{recorded(event.time)} by {who.actor ?? 'somebody not named'}{who.role ? ` (${who.role})` : ''}{who.site ? ` at ${who.site}` : ''}{who.source ? `, sent by ${who.source}` : ''}</p>
      <Changes event={event} before={before} alone={alone} />
      <p class="small links"><a href={proof} download={`proof-${event.type}-${event.id}-${event.version}.json`}>Proof</a>
        {event.effect !== 'deleted' && <a href={`/raw/${event.type}/${event.id}/${event.version}`}>As it was received</a>}
        <span class="quiet">commit {event.commit}</span></p>
    </li>
  );
}

function useHistory(patient: string, source: Source, asOf: string | null, turn: number) {
  const [state, setState] = useState<{ events: Event[] | null; error: Error | null }>({ events: null, error: null });
  useEffect(() => {
    const stop = new AbortController();
    const path = withParameters('/audit/replay', { patient, type: source.type, id: source.id, to: asOf, documents: 'true' });
    getLines<Event>(path, stop.signal).then(
      (events) => setState({ events, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ events: null, error });
      },
    );
    return () => stop.abort();
  }, [patient, source.type, source.id, asOf, turn]);
  return state;
}

export function History({ patient, source, asOf, close }: { patient: string; source: Source; asOf: string | null; close(): void }) {
  const [turn, setTurn] = useState(0);
  const { events, error } = useHistory(patient, source, asOf, turn);
  const versions = (events ?? []).filter((event) => event.effect !== 'confirmed');
  const confirmed = (events ?? []).filter((event) => event.effect === 'confirmed');
  const texts = textsOf(versions.at(-1)?.resource);
  return (
    <Dialog title={`${nameOf(versions.at(-1)?.resource) || typeWord(source.type)}: history`} side close={close}>
      {error && <ErrorPanel error={error} retry={() => setTurn(turn + 1)} />}
      {!events && !error && <p class="quiet">Asking …</p>}
      {texts.map((text) => <pre class="note-text" tabIndex={0}>{text}</pre>)}
      <ol class="history">
        {versions.map((event, i) => <Version key={event.version} event={event} before={versions[i - 1]} alone={versions.length === 1} proof={`/audit/proof?event=${placeOf(event.position)}`} />).reverse()}
      </ol>
      {confirmed.length > 0 && <p class="quiet small">Sent again unchanged {confirmed.length} time{confirmed.length === 1 ? '' : 's'}, last {recorded(confirmed.at(-1)!.time)}.</p>}
      {events && versions.length === 0 && <p>The log has no version of it under this patient.</p>}
    </Dialog>
  );
}
