// To any moment of the record: the slider, or a day or instant that is typed. In the past a fixed
// band says so, and nothing can be written.
import { useId, useState } from 'preact/hooks';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { day, recorded, typedDay } from '../text/date.ts';
import { exactly, indexOf, type Moments } from './moments.ts';
import { TimeSlider } from './time_slider.tsx';
import type { Chart } from './types.ts';

// What an `asOf` is called.
export function momentName(asOf: string | null, moments: Moments, chart?: Chart | null): string {
  if (asOf === null) return 'now';
  const moment = moments.list?.find((one) => one.position === asOf);
  if (moment) return exactly(moment.time);
  if (!asOf.includes(':') || /^\d{4}-\d\d-\d\dT/.test(asOf)) return /T/.test(asOf) ? recorded(asOf) : `the end of ${recorded(`${asOf}T12:00:00`).split(',')[0]} (UTC)`;
  return chart?.as_of?.newest ? exactly(chart.as_of.newest) : 'an earlier moment';
}

interface TypedProps { label: string; word: string; choose(moment: string): void }

function TypedMoment({ label, word, choose }: TypedProps) {
  const wrongId = useId();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = text.trim();
    const day = typedDay(typed);
    const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(typed) && !Number.isNaN(Date.parse(typed)) ? new Date(typed).toISOString() : null;
    const found = instant ?? (day && day.length === 10 ? day : null);
    setWrong(found === null);
    if (found) choose(found);
  };
  return (
    <form class="typed" onSubmit={submit}>
      <input type="text" aria-label={label} placeholder="4 Jun 2026" value={text} aria-invalid={wrong} aria-describedby={wrong ? wrongId : undefined} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit">{word}</button>
      {wrong && <span id={wrongId} class="small" role="alert">Write a day as 4 Jun 2026 or 2026-06-04, or a time as 2026-06-04T13:30.</span>}
    </form>
  );
}

// A day or an instant of clinical time, as words.
export const aboutName = (at: string) => (at.includes('T') ? recorded(at) : day(at));

// How things stood on some day, of what is known at the moment shown. Off unless somebody asks.
function About({ at, choose }: { at: string | null; choose(at: string | null): void }) {
  const [open, setOpen] = useState(at !== null);
  const leave = () => {
    setOpen(false);
    choose(null);
  };
  if (!open && at === null) return <button type="button" class="plain" onClick={() => setOpen(true)}>About another day</button>;
  return (
    <div class="about" role="group" aria-label="About another day">
      <span>{at ? <>About <strong>{aboutName(at)}</strong></> : 'How things stood on'}</span>
      <TypedMoment label="Day to be told about" word="Show" choose={choose} />
      <button type="button" class="plain" onClick={leave}>Leave the day out</button>
    </div>
  );
}

interface Props {
  asOf: string | null;
  at: string | null;
  moments: Moments;
  compare: string;  // address of the comparison
  choose(asOf: string | null): void;
  chooseDay(at: string | null): void;
  close(): void;
}

export function TimeBar({ asOf, at, moments, compare, choose, chooseDay, close }: Props) {
  return (
    <div class="time-bar no-print" role="group" aria-label="Earlier moments">
      {moments.error && <ErrorPanel error={moments.error} />}
      {moments.list && <TimeSlider label="Moment shown" moments={moments.list} asOf={asOf} choose={choose} />}
      {!moments.list && !moments.error && <p class="quiet">Asking for the moments of this record …</p>}
      <div class="beside">
        <TypedMoment label="Day or time to go to" word="Go" choose={choose} />
        <a href={compare}>Compare two moments</a>
        <button type="button" class="plain" onClick={close}>Close</button>
      </div>
      <About at={at} choose={chooseDay} />
    </div>
  );
}

interface BandProps { name: string; at: string | null; provisional: boolean; back(): void }

export function PastBand({ name, at, provisional, back }: BandProps) {
  return (
    <p class="past-band" role="status">
      <span>As known {name === 'now' ? 'now' : <>at <strong>{name}</strong></>}{at && <>, about <strong>{aboutName(at)}</strong></>}. Nothing can be written here.{provisional && ' Something may still be recorded for this time.'}</span>
      <button type="button" onClick={back}>Back to now</button>
    </p>
  );
}

// The moment before the newest change: what a comparison begins with.
export function beforeLast(moments: Moments, asOf: string | null): string | null {
  const list = moments.list ?? [];
  return list[Math.max(0, indexOf(list, asOf) - (asOf === null ? 2 : 0))]?.position ?? null;
}
