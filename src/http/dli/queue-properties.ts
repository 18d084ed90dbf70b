import { Type } from 'typebox'

const Value = Type.Union([Type.String(), Type.Integer(), Type.Boolean()])

/** Properties as requests hold them: clients send numbers and truth values as such, or as texts. */
export const QueueProperties = Type.Record(Type.String(), Value, {
  description:
    'Up to 20 names and values of at most 128 characters. DLI knows computeEngine.maxInstance, job.maxConcurrent, computeEngine.maxPrefetchInstance, computeEngine.spark.nativeEnabled, network.cidrInVpc, job.saveJobResultToJobBucket.',
})

/** They are kept and answered as texts. */
export function toPropertyTexts(given: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]))
}
