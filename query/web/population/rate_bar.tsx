// A rate between 0 and 100 %, where it may lie, and the rate of all. The numbers stand beside it.
import type { Count } from './types.ts';

interface Props { rate: Count | undefined; sure: { low: number; high: number } | null; overall: Count | undefined }

const width = 150, height = 16, inset = 4;
const at = (rate: number) => inset + rate * (width - 2 * inset);

export function RateBar({ rate, sure, overall }: Props) {
  return (
    <svg class="rate-bar" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <line class="track" x1={inset} x2={width - inset} y1={height / 2} y2={height / 2} />
      {typeof overall === 'number' && <line class="overall" x1={at(overall)} x2={at(overall)} y1={1} y2={height - 1} />}
      {sure && <line class="sure" x1={at(sure.low)} x2={at(sure.high)} y1={height / 2} y2={height / 2} />}
      {typeof rate === 'number' && <circle cx={at(rate)} cy={height / 2} r="3.5" />}
    </svg>
  );
}
