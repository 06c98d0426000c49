// A patient in a list: name, birth date, age; the id until the name is there.
import type { People } from './people.ts';

export function PersonLink({ id, people, href }: { id: string; people: People; href?: string }) {
  const person = people.get(id);
  return (
    <span class="person">
      <a href={href ?? `/patients/${encodeURIComponent(id)}`}>{person?.name ?? id}</a>
      {person && <span class="quiet small">{person.line}</span>}
    </span>
  );
}
