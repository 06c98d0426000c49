// Whether the figures follow what happens.
import type { LineState } from '../live.ts';
import { recorded } from '../text/date.ts';

export function LiveWord({ line }: { line: LineState }) {
  const word = line.state === 'live' ? 'Live' : line.state === 'opening' ? 'Connecting' : `Connection lost at ${recorded(new Date(line.since).toISOString()).split(', ')[1]}; it is tried again`;
  return (
    <span class={line.state === 'lost' ? 'live-word lost' : 'live-word'} role="status">
      <span class={line.state === 'live' ? 'dot on' : 'dot'} aria-hidden="true" />{word}
    </span>
  );
}
