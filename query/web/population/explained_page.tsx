// One patient in a measure: where they stand, each definition's value, and the events it rests on.
import { placeOf } from '../chart/version_text.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePeople } from '../parts/people.ts';
import { Nothing, Section } from '../parts/section.tsx';
import { recorded } from '../text/date.ts';
import { explainedPath, measureAddress } from './addresses.ts';
import { inOrder, periodText, populationWord, standingText, titleOf } from './measure_text.ts';
import { boardKey, useMoves } from './moves.ts';
import type { Explained } from './types.ts';
import { ResourceLink, ResourceNames, ValueText } from './value_text.tsx';

function Standing({ explained }: { explained: Explained }) {
  return (
    <>
      {explained.error && <p class="panel danger">Could not be evaluated: {explained.error}</p>}
      {explained.groups.map(({ group, populations }) => (
        <table key={group} class="flow" aria-label={`Standing${explained.groups.length > 1 ? `, group ${group}` : ''}`}>
          <tbody>
            {inOrder(Object.keys(populations)).map((code) => ({ code, count: populations[code] ?? 0 })).map(({ code, count }) => <tr key={code}><th scope="row">{populationWord(code)}</th><td class="number">{count === 0 ? 'no' : count === 1 ? <strong>yes</strong> : count}</td></tr>)}
            {Object.keys(populations).length === 0 && <tr><td>In no population of group {group}</td></tr>}
          </tbody>
        </table>
      ))}
      <dl class="strata">
        {Object.entries(explained.strata).filter(([name]) => name !== 'site' && name !== 'practitioner').map(([name, values]) => <div key={name}><dt>{name}</dt><dd>{values.join(', ')}</dd></div>)}
      </dl>
    </>
  );
}

function Definitions({ explained }: { explained: Explained }) {
  return (
    <Section title="Definitions" count={explained.definitions.length} note="evaluated now, from the record">
      <table class="definitions" aria-label="Definitions">
        <tbody>
          {explained.definitions.map((one) => (
            <tr key={one.name}><th scope="row">{one.name}</th><td>{one.error ? <span class="wrong">not evaluated: {one.error}</span> : <ValueText value={one.value} patient={explained.patient} />}</td></tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function RestsOnTable({ explained }: { explained: Explained }) {
  return (
    <Section title="Rests on" count={explained.rests_on.length} note="the exact events; each opens its history">
      {explained.rests_on.length === 0 && <Nothing>No resource: what counts is that none is there.</Nothing>}
      {explained.rests_on.length > 0 && (
        <table aria-label="Events it rests on">
          <thead><tr><th>Resource</th><th class="number">Version</th><th>Recorded</th><th><span class="unseen">Proof</span></th></tr></thead>
          <tbody>
            {explained.rests_on.map((one) => (
              <tr key={one.resource}>
                <td><ResourceLink patient={explained.patient} resource={one.resource} /></td>
                <td class="number">{one.version}</td>
                <td class="nowrap">{recorded(one.known)}</td>
                <td class="right"><a href={`/audit/proof?event=${placeOf(one.position)}`} download={`proof-${one.resource.replace('/', '-')}-${one.version}.json`} aria-label={`Proof of ${one.name ?? one.resource}`}>Proof</a></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Flips({ explained }: { explained: Explained }) {
  return (
    <Section title="What moved" count={explained.flips.length}>
      {explained.flips.length === 0 && <Nothing>Nothing has moved this patient since the measure was loaded.</Nothing>}
      <ol class="flips">
        {[...explained.flips].reverse().map((one) => (
          <li key={`${one.position} ${one.group}`}>
            <strong>{recorded(one.known)}</strong>: from {standingText(one.from)} to {standingText(one.to)}{one.after_the_period && <span class="quiet"> (restates a period that has ended)</span>}
            <ul class="small">{one.cause.map((cause) => { const [resource = '', effect = ''] = cause.split(' '); return <li key={cause}><ResourceLink patient={explained.patient} resource={resource} /> {effect}</li>; })}</ul>
          </li>
        ))}
      </ol>
    </Section>
  );
}

export function ExplainedPage({ measure, period, patient }: { measure: string; period: string; patient: string }) {
  const moved = useMoves().counts.get(boardKey({ measure, period })) ?? 0;
  const { body, error, again } = useAnswer<Explained>(`${explainedPath(measure, period || null, patient)}${moved > 0 ? `#${moved}` : ''}`);
  const person = usePeople([patient]).get(patient);
  if (error) return <ErrorPanel error={error} retry={again} />;
  if (!body) return <p class="quiet">Asking …</p>;
  const names = new Map(body.rests_on.flatMap((one) => (one.name ? [[one.resource, one.name] as const] : [])));
  return (
    <ResourceNames.Provider value={names}>
      <header class="page-head">
        <p class="crumb small"><a href="/population">Measures</a> <span aria-hidden="true">/</span> <a href={measureAddress(body.measure, body.period)}>{titleOf(body.title)}</a></p>
        <h1>{person?.name ?? patient}</h1>
        <p class="quiet">{person && `${person.line} · `}{titleOf(body.title)}, period {periodText(body.period)} · <a href={`/patients/${encodeURIComponent(patient)}`}>Chart</a> · not clinically reviewed</p>
      </header>
      <div class="columns">
        <div><Definitions explained={body} /></div>
        <div>
          <Section title="Where this patient stands"><Standing explained={body} /></Section>
          <RestsOnTable explained={body} />
          <Flips explained={body} />
        </div>
      </div>
    </ResourceNames.Provider>
  );
}
