// A word with a colour behind it; the word alone says everything.
import type { ComponentChildren } from 'preact';

export type Tone = 'plain' | 'danger' | 'warn' | 'good' | 'past';

export function Chip({ tone = 'plain', title, children }: { tone?: Tone; title?: string; children: ComponentChildren }) {
  return <span class={tone === 'plain' ? 'chip' : `chip ${tone}`} title={title}>{children}</span>;
}
