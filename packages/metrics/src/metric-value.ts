/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** The value of one series of a counter or a gauge. */
export interface MetricValue {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** The value of a series without labels, or with these. */
export const metricValue = (name: string, value: number, labels: Labels = {}): MetricValue => ({
  name,
  labels,
  value,
});
