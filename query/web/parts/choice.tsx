// One of a few, all in sight.
interface Props<T extends string> { label: string; options: readonly { value: T; word: string }[]; chosen: NoInfer<T>; choose(value: NoInfer<T>): void }

export function Choice<T extends string>({ label, options, chosen, choose }: Props<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === chosen} onClick={() => choose(option.value)}>{option.word}</button>
      ))}
    </div>
  );
}
