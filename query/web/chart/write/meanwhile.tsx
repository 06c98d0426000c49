// What has come to a record since it was looked at: by whom, to what.
import { useEffect, useState } from 'preact/hooks';
import { withParameters } from '../../api.ts';
import { getLines } from '../../lines.ts';
import { coded, typeWord, type Coded } from '../../text/word.ts';
import { exactly } from '../moments.ts';
import { differences } from '../version_diff.ts';
import type { Resource } from './resources.ts';

interface Event { time: string; effect: string; type: string; id: string; version: number; who?: { actor?: string; site?: string }; resource?: Resource }

function aboutOf(resource: Resource | undefined): string {
  const concept = (resource?.code ?? resource?.medicationCodeableConcept ?? resource?.vaccineCode) as { text?: string; coding?: Coded[] } | undefined;
  return concept?.text ?? coded(concept?.coding?.[0]);
}

function Line({ event, before }: { event: Event; before: Resource | null }) {
  const changed = before && event.resource && before.id === event.id ? differences(before, event.resource) : [];
  return (
    <li>
      Changed meanwhile by {event.who?.actor ?? 'somebody not named'}{event.who?.site ? ` at ${event.who.site}` : ''}, {exactly(event.time)}: {typeWord(event.type)} {event.effect}{aboutOf(event.resource) && `, ${aboutOf(event.resource)}`}
      {changed.length > 0 && (
        <dl class="fields">{changed.slice(0, 12).map((one) => <div><dt>{one.path}</dt><dd>{one.before !== undefined && <><span class="unseen">from </span><del>{one.before}</del></>} {one.after !== undefined && <><span class="unseen">to </span><ins>{one.after}</ins></>}</dd></div>)}</dl>
      )}
    </li>
  );
}

// `since`: the position that was looked at; `before`: the resource as it was then, if it is one's own.
export function Meanwhile({ patient, since, before = null }: { patient: string; since: string; before?: Resource | null }) {
  const [events, setEvents] = useState<Event[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    getLines<Event>(withParameters('/audit/replay', { patient, from: since, documents: 'true' }), stop.signal)
      .then((all) => setEvents(all.filter((event) => event.effect !== 'confirmed' && event.type !== 'DetectedIssue')), () => undefined);
    return () => stop.abort();
  }, [patient, since]);
  return <ul class="meanwhile">{events.map((event) => <Line key={event.id + event.version} event={event} before={before} />)}</ul>;
}
