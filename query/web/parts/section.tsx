// A headed part of a page. `note` says what is special about it, `actions` what can be done.
import type { ComponentChildren } from 'preact';

interface Props { title: string; count?: number; note?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; id?: string }

export function Section({ title, count, note, actions, children, id }: Props) {
  const heading = id ?? title.toLowerCase().replace(/\W+/g, '-');
  return (
    <section class="part" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}{count !== undefined && count > 0 && <span class="count">{count}</span>}</h2>
        {note && <span class="note">{note}</span>}
        {actions && <span class="actions no-print">{actions}</span>}
      </header>
      {children}
    </section>
  );
}

export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
