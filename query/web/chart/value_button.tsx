// Something on the chart that opens its own history.
import type { ComponentChildren } from 'preact';
import { useChartContext } from './context.ts';
import type { Source } from './types.ts';

export function ValueButton({ source, title, children }: { source: Source; title?: string; children: ComponentChildren }) {
  const { openHistory } = useChartContext();
  return <button type="button" class="value" title={title} onClick={() => openHistory(source)}>{children}</button>;
}
