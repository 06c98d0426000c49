// A record played from its beginning: who changed what, and the chart as it was known then.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { exactly } from '../chart/moments.ts';
import { getLines } from '../lines.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Choice } from '../parts/choice.tsx';
import { Nothing } from '../parts/section.tsx';
import { ask, type Asked } from './parameters.ts';
import { PatientBox } from './patient_box.tsx';
import { previousOf, speeds, stepsOf, usePlayer, type Pace, type Player, type Step } from './player.ts';
import { KnownThen, StepEvents } from './replay_step.tsx';
import type { Event } from './types.ts';

function useEvents(patient: string | undefined, turn: number) {
  const [state, setState] = useState<{ events: Event[] | null; error: Error | null }>({ events: null, error: null });
  useEffect(() => {
    setState({ events: null, error: null });
    if (!patient) return undefined;
    const stop = new AbortController();
    getLines<Event>(withParameters('/audit/replay', { patient, documents: 'true' }), stop.signal).then(
      (events) => setState({ events, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ events: null, error });
      },
    );
    return () => stop.abort();
  }, [patient, turn]);
  return state;
}

function Controls({ player, steps, word }: { player: Player; steps: readonly Step[]; word: Pace }) {
  const step = steps[player.at]!, last = steps.length - 1;
  return (
    <div class="player" role="group" aria-label="Player">
      <div class="buttons">
        <button type="button" disabled={player.at === 0} onClick={() => player.to(0)}>First</button>
        <button type="button" disabled={player.at === 0} onClick={() => player.to(player.at - 1)}>Back</button>
        <button type="button" class="primary" disabled={last === 0} onClick={player.toggle}>{player.playing ? 'Pause' : 'Play'}</button>
        <button type="button" disabled={player.at === last} onClick={() => player.to(player.at + 1)}>Step</button>
        <button type="button" disabled={player.at === last} onClick={() => player.to(last)}>Last</button>
        <span class="speed"><span class="quiet small">{word === 'change' ? 'Changes' : 'Events'} a second</span> <Choice label="Speed" options={speeds} chosen={player.interval as (typeof speeds)[number]['value']} choose={player.setSpeed} /></span>
      </div>
      <input type="range" min={0} max={last} step={1} value={player.at} aria-label="Change shown" aria-valuetext={`${player.at + 1} of ${steps.length}: ${exactly(step.time)}`} onInput={(event) => player.to(Number(event.currentTarget.value))} />
      <p><strong>{exactly(step.time)}</strong> <span class="quiet">{word} {player.at + 1} of {steps.length}{word === 'change' && `, ${step.events.length} event${step.events.length === 1 ? '' : 's'}`}</span></p>
    </div>
  );
}

const paces = [{ value: 'change' as const, word: 'Change by change' }, { value: 'event' as const, word: 'Event by event' }];

function Played({ events, patient }: { events: Event[]; patient: string }) {
  const [pace, setPace] = useState<Pace>(() => (stepsOf(events).length > 1 ? 'change' : 'event'));
  const steps = useMemo(() => stepsOf(events, pace), [pace]);
  const previous = useMemo(() => previousOf(events), []);
  const player = usePlayer(steps.length);
  const step = steps[player.at]!;
  return (
    <>
      <div class="toolbar"><Choice label="Step" options={paces} chosen={pace} choose={(next) => { setPace(next); player.to(0); }} /></div>
      <Controls player={player} steps={steps} word={pace} />
      <div class="columns">
        <StepEvents step={step} previous={previous} patient={patient} />
        <KnownThen patient={patient} position={step.position} playing={player.playing} />
      </div>
    </>
  );
}

export function ReplayPart({ asked }: { asked: Asked }) {
  const [turn, setTurn] = useState(0);
  const { events, error } = useEvents(asked.patient, turn);
  return (
    <>
      <header class="page-head"><h1>Replay</h1><p class="quiet">Each change of a record as it was written, in the log's order.</p></header>
      <PatientBox patient={asked.patient ?? ''} choose={(patient) => ask(asked, { patient })} />
      {error && <ErrorPanel error={error} retry={() => setTurn(turn + 1)} />}
      {!asked.patient && <Nothing>Choose a patient.</Nothing>}
      {asked.patient && !events && !error && <p class="quiet">Reading the log …</p>}
      {events?.length === 0 && <Nothing>Nothing has been written of this patient.</Nothing>}
      {events && events.length > 0 && asked.patient && <Played key={asked.patient} events={events} patient={asked.patient} />}
    </>
  );
}
