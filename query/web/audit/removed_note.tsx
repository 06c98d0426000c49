// Older accesses that are no longer kept: that nobody is listed is not that nobody looked.
import { Chip } from '../parts/chip.tsx';
import { recorded } from '../text/date.ts';

export function RemovedNote({ before }: { before: string | undefined }) {
  if (!before) return null;
  return <p role="note"><Chip tone="warn">Not whole</Chip> Accesses before {recorded(before)} are no longer kept. Who looked then cannot be told from here.</p>;
}
