import { expect, test } from 'vitest'
import { encodeLease } from './message.ts'

/** How Java reads it is seen in test/e2e/warm-jvms.test.ts. */
test('every length counts bytes, not characters, and the first counts all that follows', () => {
  const message = encodeLease({ mainClass: 'M', args: ['', '参数'] })
  expect(message.toString('hex')).toBe(`00000013${'00000001'}4d${'00000000'}${'00000006'}e58f82e695b0`)
  expect(message.readUInt32BE(0)).toBe(message.length - 4)
})
