// Numbers and units as they are safe to read: no thousands separator, no trailing zero, a zero
// before the point, mcg and never µg.

// JavaScript writes 1e-7 and 1e21; people do not.
export function number(value: number): string {
  const text = String(value);
  if (!/e/i.test(text)) return text;
  const [digits = '0', exponent = '0'] = text.split(/e/i);
  const negative = digits.startsWith('-') ? '-' : '';
  const bare = digits.replace('-', '');
  const [whole = '0', part = ''] = bare.split('.');
  const shift = Number(exponent);
  if (shift < 0) return `${negative}0.${'0'.repeat(-shift - 1)}${whole}${part}`;
  return `${negative}${whole}${part.padEnd(shift, '0')}`;
}

// UCUM's spelling to the clinic's, where people write it differently.
const spelled: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mmHg', 'Cel': '°C', '[degF]': '°F', 'kg/m2': 'kg/m²', '[lb_av]': 'lb', '[in_i]': 'in', '[oz_av]': 'oz',
  '{score}': 'points', '{tbl}': 'tablets', '1': '', '[pH]': '', '10*3/uL': '×10³/mcL', '10*6/uL': '×10⁶/mcL',
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²', 'mL/min/{1.73_m2}.': 'mL/min/1.73 m²', '[IU]': 'units', '[iU]': 'units', 'd': 'days', 'a': 'years',
};

export function unit(text: string | undefined): string {
  if (!text) return '';
  const known = spelled[text];
  if (known !== undefined) return known;
  return text
    .replace(/(^|\/)[uµμ](?=[gL])/g, '$1mc')   // ug, µg, uL: mcg, mcL
    .replace(/\[iU\]|\[IU\]/g, 'units')
    .replace(/\{([^}]*)\}/g, (_, note: string) => note.replaceAll('_', ' '));
}

export interface Quantity { value?: number; comparator?: string; unit?: string; code?: string }

// The code says the unit where there is one: what is sent as text may be anything.
export function unitOf(quantity: Quantity): string {
  return unit(quantity.code && quantity.code !== '1' && /^[^{]/.test(quantity.code) ? quantity.code : quantity.unit ?? quantity.code);
}

export function amount(quantity: Quantity | undefined): string {
  if (quantity?.value === undefined) return '';
  const bound = quantity.comparator ? `${quantity.comparator} ` : '';
  const named = unitOf(quantity);
  return `${bound}${number(quantity.value)}${named && named !== '%' ? ` ${named}` : named}`;
}

// Doses as a sender wrote them: only micrograms and misleading zeros are spelled safely.
export function dose(text: string | undefined): string {
  return (text ?? '')
    .replace(/[µμ]g\b/g, 'mcg')
    .replace(/(^|[^\d.])\.(\d)/g, '$10.$2')
    .replace(/(\d+)\.0+(?=\s|$|[a-zA-Z/])/g, '$1');
}

// "135–145 mmol/L", "below 5 %": what the value was compared with.
export function range(low: Quantity | number | undefined, high: Quantity | number | undefined, named = ''): string {
  const of = (bound: Quantity | number | undefined) => (typeof bound === 'number' ? { value: bound } : bound);
  const [from, to] = [of(low), of(high)];
  const measure = named || (to && unitOf(to)) || (from && unitOf(from)) || '';
  const tail = measure ? ` ${measure}` : '';
  if (from?.value !== undefined && to?.value !== undefined) return `${number(from.value)}–${number(to.value)}${tail}`;
  if (from?.value !== undefined) return `from ${number(from.value)}${tail}`;
  if (to?.value !== undefined) return `up to ${number(to.value)}${tail}`;
  return '';
}
