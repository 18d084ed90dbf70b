/** The API Explorer as a person uses it: in Chromium, in both languages, with a password and with keys. */
import { readFile } from 'node:fs/promises'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../tools/machine.mjs'
import { type Service, startService } from '../support/service.ts'

const executablePath = findChromium()
if (executablePath === null && process.env.CI === 'true') throw new Error('CI has no Chromium')
if (executablePath === null)
  console.warn('SKIPPED: the API Explorer is tried in a browser only where Chromium is installed')

/** Set to a folder to look at what the tests saw. */
const PICTURES = process.env.HEADGATE_TEST_PICTURES

describe.skipIf(executablePath === null)('the API Explorer in a browser', () => {
  let service: Service
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    service = await startService()
    // As root, Chromium has no sandbox of its own; all it opens here is ours.
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser.close()
    await service.stop()
  })

  beforeEach(async () => {
    context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
    page = await context.newPage()
    complaints = complaintsOf(page, service.baseUrl)
  })

  afterEach(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })

  const open = (path: string) => page.goto(service.baseUrl + path)
  const answer = () => page.locator('#answer pre').first().textContent()
  const status = () => page.locator('#status').textContent()
  const take = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` })
  }

  async function signInByPassword(): Promise<void> {
    await page.click('#open-sign-in')
    await page.fill('#sign-in-account', service.domainName)
    await page.fill('#sign-in-user', service.userName)
    await page.fill('#sign-in-password', service.password)
    await page.fill('#sign-in-project', service.projectId)
    await take('sign-in')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#sign-out')
  }

  async function signInByKey(): Promise<void> {
    await page.click('#open-sign-in')
    await page.check('input[value=keys]')
    await page.fill('#sign-in-ak', service.accessKey.ak)
    await page.fill('#sign-in-sk', service.accessKey.sk)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#sign-out')
  }

  async function send(expected: string): Promise<void> {
    await page.click('#send')
    await page.waitForSelector('#send:enabled') // it is not while the answer is awaited
    await page.waitForSelector(`#status:has-text("${expected}")`)
  }

  it('creates a job with a token, and shows it from the link of the documents', async () => {
    await open('/apiexplorer/doc?product=DLI&api=CreateFlinkJar')
    expect(await page.locator('h1').first().textContent()).toBe('Create a Flink Jar job')
    await signInByPassword()
    await page.fill('#body', '{"name":"from-the-browser"}')
    await send('200')
    await take('created')
    expect(JSON.parse((await answer()) ?? '')).toMatchObject({ is_success: 'true', job: { status_name: 'job_init' } })
    await page.fill('#search', 'show flink job')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Show a Flink job")')
    await send('200')
    await take('shown')
    expect(JSON.parse((await answer()) ?? '')).toMatchObject({ job_detail: { name: 'from-the-browser' } })
    const command = await page.locator('#curl pre').textContent()
    expect(command).toContain('"x-auth-token: $TOKEN"')
    expect(page.url()).toContain('api=showFlinkJob')
  })

  it('signs with a key, in Chinese, names that need escaping included', async () => {
    await open('/api-explorer?api=ListFlinkJobs&lang=zh-cn')
    await signInByKey()
    await page.fill('#parameter-name', '订单 (a+b)')
    await send('200')
    await take('keys-zh')
    expect(await page.locator('h1').first().textContent()).toBe('查询作业列表')
    expect(JSON.parse((await answer()) ?? '')).toMatchObject({ is_success: 'true' })
    await open('/api-explorer?api=CreateQueue')
    await signInByKey()
    await send('200')
    expect(await status()).toContain('200')
  })

  it('shows an error in the language of the page, and who can mend it', async () => {
    await open('/api-explorer?api=ShowFlinkJob')
    await signInByPassword()
    await page.fill('#parameter-job_id', '4711')
    await send('400')
    expect(await answer()).toContain('Job 4711 does not exist')
    expect(await page.locator('#mend').textContent()).toContain('The caller')
    await page.click('#language')
    await send('400')
    await take('error-zh')
    expect(await answer()).toContain('作业 4711')
    expect(await page.locator('#mend').textContent()).toContain('调用方')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
  })

  it('says what is wrong with credentials, and lets one try again', async () => {
    await open('/api-explorer')
    await take('start')
    await page.click('#open-sign-in')
    await page.fill('#sign-in-user', service.userName)
    await page.fill('#sign-in-password', 'wrong')
    await page.fill('#sign-in-project', service.projectId)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#sign-in-problem:has-text("password is wrong")')
    await page.fill('#sign-in-password', service.password)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#sign-out')
  })

  it('is used by keyboard alone', async () => {
    await open('/api-explorer')
    await page.waitForSelector('#found a')
    await page.keyboard.press('/')
    await page.keyboard.type('version of the')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Version of the service")')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('#status:has-text("200")')
    await page.goBack()
    await page.waitForSelector('.start')
  })

  it('adds a field to the body where it belongs, and says where JSON is broken', async () => {
    await open('/api-explorer?api=createFlinkJarJob')
    await page.fill('#body', '{"name":"x"}')
    await page.click('summary:has-text("Fields")')
    await page.click('button[aria-label$=": resource_config.max_slot"]')
    expect(JSON.parse(await page.inputValue('#body'))).toMatchObject({ name: 'x', resource_config: { max_slot: 1 } })
    await page.fill('#body', '{"name"')
    await take('bad-json')
    expect(await page.locator('#problem').textContent()).toContain('This is not JSON')
  })

  it('lists every error, and finds one by a word', async () => {
    await open('/api-explorer?errors')
    await page.fill('#error-filter', 'DLI.16001')
    await take('errors')
    expect(await page.locator('tbody tr').first().textContent()).toContain('does not exist in this project')
  })

  it('says of each field of the answer what it is, in the language of the page', async () => {
    await open('/api-explorer?api=showFlinkJob&lang=zh-cn')
    await page.click('#answer summary:has-text("响应字段")')
    const row = page.locator('#answer tr:has-text("job_detail.job_config.idle_state_retention")')
    expect(await row.textContent()).toContain('按原样返回')
  })

  it('saves an answer that is a file, and shows its beginning when it is text', async () => {
    await open('/api-explorer?api=putObject')
    await signInByPassword()
    await page.fill('#parameter-bucket', 'files')
    await page.fill('#parameter-key', 'a b/订单.csv')
    await page.setInputFiles('#file', { name: 'x', mimeType: 'text/csv', buffer: Buffer.from('id\n一\n') })
    await send('201')
    await page.fill('#search', 'read an object')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Read an object")')
    await page.fill('#parameter-key', 'a b/订单.csv')
    await send('200')
    await page.waitForSelector('#answer pre:has-text("一")')
    await take('file')
    const download = page.waitForEvent('download')
    await page.click('#save')
    expect((await download).suggestedFilename()).toBe('订单.csv')
    expect(await readFile(await (await download).path(), 'utf8')).toBe('id\n一\n')
  })

  it('shows an answer of a megabyte, and can be used on', async () => {
    const json = { is_success: 'true', job_list: Array(700).fill('订单'.repeat(500)) }
    await page.route('**/streaming/jobs*', (route) => route.fulfill({ json }))
    await open('/api-explorer?api=listFlinkJobs')
    await signInByPassword()
    await send('200')
    expect((await answer())?.length).toBeGreaterThan(700_000)
    await take('megabyte')
    await page.fill('#parameter-name', 'still here')
    expect(await page.locator('#curl pre').textContent()).toContain('still+here')
  })

  it('says that nobody answered, and what to do', async () => {
    await open('/api-explorer?api=showVersion')
    await page.route('**/api/v1/version', (route) => route.abort())
    await page.click('#send')
    await page.waitForSelector('#answer .problem:has-text("See whether the service runs")')
    expect(await page.locator('#said').textContent()).toContain('did not arrive')
    complaints = complaints.filter((each) => !each.includes('ERR_FAILED'))
  })

  it.each([1400, 1000, 420])(
    'keeps what belongs together in one row, and the answer in sight, %i pixels wide',
    async (width) => {
      await page.setViewportSize({ width, height: 900 })
      await open('/api-explorer?api=showHealth')
      await send('200')
      expect(await page.locator('#status').isVisible()).toBe(true)
      expect(await isInSight('#status')).toBe(true)
      await open('/api-explorer?api=createFlinkJarJob')
      const [note, button] = await Promise.all(
        ['.send small', '.send .quiet'].map((each) => page.locator(each).boundingBox()),
      )
      expect(Math.abs(middleOf(note) - middleOf(button))).toBeLessThan(12)
      await open('/api-explorer?errors')
      await page.waitForSelector('tbody tr')
      const code = await page.locator('tbody code').first().boundingBox()
      expect(code?.height).toBeLessThan(30)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    },
  )

  const isInSight = (selector: string) =>
    page.evaluate(`(() => {
      const { top, bottom } = document.querySelector('${selector}').getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })()`)

  it('names everything that is used, for those who do not see it', async () => {
    await open('/api-explorer?api=createFlinkJarJob')
    await page.waitForSelector('#send')
    await page.click('summary:has-text("Fields")')
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('a, button, input, select, textarea, [tabindex="0"], summary')]
      .filter((each) => !(each.getAttribute('aria-label') || each.labels?.length || each.textContent.trim()))
      .map((each) => each.outerHTML)`)
    expect(nameless).toEqual([])
    await page.keyboard.press('Tab')
    await page.click('#open-sign-in')
    expect(await page.evaluate('document.activeElement.id')).toBe('sign-in-user')
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.id')).toBe('open-sign-in')
  })

  it('is at home on a small screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await open('/api-explorer?api=createQueue')
    await page.waitForSelector('#send')
    await take('small')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })

  it('keeps secrets nowhere', async () => {
    await open('/api-explorer?api=listFlinkJobs')
    await signInByKey()
    await send('200')
    const kept = await page.evaluate(
      'JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])',
    )
    expect(kept).not.toContain(service.accessKey.sk)
    expect(await page.content()).not.toContain(service.accessKey.sk)
    await page.reload()
    await page.waitForSelector('#open-sign-in')
  })
})

const middleOf = (box: { y: number; height: number } | null | undefined) => (box ? box.y + box.height / 2 : Number.NaN)

/** What must not be: errors on the console, and requests to anybody else. Refusals of the API are no errors. */
function complaintsOf(page: Page, baseUrl: string): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(baseUrl)) complaints.push(`asks ${request.url()}`)
  })
  return complaints
}
