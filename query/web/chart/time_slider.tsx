// A slider over the moments of a record; its right end is now. Arrows go from change to change.
import { useRef, useState } from 'preact/hooks';
import { exactly, indexOf, type Moment } from './moments.ts';

interface Props {
  label: string;
  moments: readonly Moment[];
  asOf: string | null;
  choose(asOf: string | null): void;
}

const settle = 60;  // milliseconds: a fast drag asks only for where it slows down

export function TimeSlider({ label, moments, asOf, choose }: Props) {
  const [dragged, setDragged] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const at = dragged ?? indexOf(moments, asOf);
  const moment = moments[at];
  const said = moment ? `${exactly(moment.time)}: ${moment.what}` : 'now';
  const move = (index: number) => {
    setDragged(index);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setDragged(null);
      choose(moments[index]?.position ?? null);
    }, settle);
  };
  return (
    <div class="slider">
      <button type="button" class="plain" disabled={at === 0} onClick={() => move(at - 1)}>Change before</button>
      <input type="range" min={0} max={moments.length} step={1} value={at} aria-label={label} aria-valuetext={said} onInput={(event) => move(Number(event.currentTarget.value))} />
      <button type="button" class="plain" disabled={at >= moments.length} onClick={() => move(at + 1)}>Change after</button>
      <output class="said">{moment ? <><strong>{exactly(moment.time)}</strong> <span class="quiet">{moment.what}</span></> : <strong>Now</strong>}</output>
    </div>
  );
}
