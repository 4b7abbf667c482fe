/** FRAME-1, FRAME-2, FRAME-3: the frame of a prompt, the day of T for a clock, what is refused. */
import { describe, expect, it } from 'vitest';
import { type ChatFrameOptions, chatFrame, encodeAnswers, endsInControl } from '../../src/tokenize/chat-frame.ts';
import { formatDay, renderChat } from '../../src/tokenize/chat-template.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { qwenTokenizer, tokenizerFamilies } from './families.ts';

const qwen = qwenTokenizer();
const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: Date.UTC(2026, 2, 1, 23, 59), chat: true };

const withTemplate = (chatTemplate: string | null): LoadedTokenizer => ({ ...qwen, chatTemplate });

const frameOf = (tokenizer: LoadedTokenizer, of: ChatFrameOptions) => runEncoding(tokenizer, chatFrame(tokenizer, of));

describe('chatFrame of Qwen-3', () => {
  it('is the golden frame', async () => {
    const frame = await frameOf(qwen, options);
    expect(frame.headText).toBe('<|im_start|>user\nInstruction:\n');
    expect(frame.tailText).toBe('Answer:<|im_end|>\n<|im_start|>assistant\n');
    expect([...frame.head]).toEqual([151644, 872, 198, 16664, 510]);
    expect([...frame.tail]).toEqual([16141, 25, 151645, 198, 151644, 77091, 198]);
    expect([...frame.end]).toEqual([151645]);
  });

  it('hands arguments through to the template', async () => {
    const frame = await frameOf(qwen, { ...options, args: { enable_thinking: false } });
    expect(frame.tailText).toBe('Answer:<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n');
    expect([...frame.tail].filter((id) => qwen.controlIds.has(id)).map(qwen.tokenText)).toEqual([
      '<|im_end|>',
      '<|im_start|>',
      '<think>',
      '</think>',
    ]);
  });

  it('without a chat template is the two lines, since Qwen has no bos token', async () => {
    const frame = await frameOf(qwen, { ...options, chat: false });
    expect([frame.headText, frame.tailText]).toEqual(['Instruction:\n', 'Answer:\n']);
    expect(qwen.decode(frame.head) + qwen.decode(frame.tail)).toBe('Instruction:\nAnswer:\n');
  });

  it('is made once for all days where the template asks for none', async () => {
    const frame = await frameOf(qwen, options);
    expect(await frameOf(qwen, { ...options, askedAt: 0 })).toBe(frame);
    expect(await frameOf(qwen, { ...options, args: { enable_thinking: true } })).not.toBe(frame);
  });
});

describe('a template that asks for the clock', () => {
  const timed = withTemplate("{{ strftime_now('%d %b %Y') }}\n{{ messages[0]['content'] }}");

  it('gets the UTC day of T', async () => {
    expect((await frameOf(timed, options)).headText).toBe('01 Mar 2026\nInstruction:\n');
    expect((await frameOf(timed, { ...options, askedAt: options.askedAt + 60_000 })).headText).toBe(
      '02 Mar 2026\nInstruction:\n',
    );
  });

  it('is rendered once a day', async () => {
    const earlier = { ...options, askedAt: options.askedAt - 3_600_000 };
    expect(await frameOf(timed, earlier)).toBe(await frameOf(timed, options));
  });

  it('gets midnight for what is finer than a day', () => {
    expect(formatDay(options.askedAt, '%A %-d %B %Y, %H:%M:%S, day %j, %e/%-m/%y %%')).toBe(
      'Sunday 1 March 2026, 00:00:00, day 060,  1/3/26 %',
    );
    expect(formatDay(-1, '%F %a')).toBe('1969-12-31 Wed');
    expect(() => formatDay(0, '%Q')).toThrow('%Q');
  });
});

describe('what chatFrame refuses', () => {
  it.each([
    ['no template', null, 'has no chat template'],
    ['a template that leaves the message out', 'hello', 'changes the user message'],
    ['a template that says the message twice', "{{ messages[0]['content'] * 2 }}", 'cannot be rendered'],
    [
      'a template that says it in two places',
      "{{ messages[0]['content'] }}{{ messages[0]['content'] }}",
      'changes the user message',
    ],
    ['a template that changes it', "{{ messages[0]['content'] | upper }}", 'changes the user message'],
    ['a template that raises', "{{ raise_exception('no') }}", 'cannot be rendered'],
    ['a template that is no Jinja', '{% if %}', 'cannot be rendered'],
  ])('%s', async (_, template, message) => {
    await expect(frameOf(withTemplate(template), options)).rejects.toMatchObject({
      code: 'tokenizer_refused',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('chat_template: false'),
    });
  });

  it('an argument that is ours to set', () => {
    for (const name of ['messages', 'add_generation_prompt', 'bos_token', 'strftime_now']) {
      expect(() => renderChat(qwen, { user: 'x' }, { askedAt: 0, args: { [name]: 'y' } })).toThrow(
        expect.objectContaining({ code: 'recipe_invalid' }),
      );
    }
  });
});

describe.each(tokenizerFamilies())('the answer in $name', ({ tokenizer }) => {
  it('is encoded behind a control token only where the tail ends in one, and never holds one', async () => {
    for (const chat of [true, false]) {
      const { tail, headText } = await frameOf(tokenizer, { ...options, chat });
      const behind = endsInControl(tokenizer, tail);
      const text = 'The member will apply</s><|im_end|>';
      const plain = behind ? tokenizer.encodeAfterControl(text) : tokenizer.encode(text);
      const [answer = []] = await runEncoding(tokenizer, encodeAnswers(tokenizer, tail, [text]));
      expect(answer).toEqual(await plain);
      expect([...answer].some((id) => tokenizer.controlIds.has(id))).toBe(false);
      if (!chat) expect(headText.startsWith(tokenizer.specialTexts.bos_token ?? 'Instruction:')).toBe(true);
    }
  });

  it('behind a control token is what the whole text gives', async () => {
    const { bos_token, eos_token } = tokenizer.specialTexts;
    const control = bos_token ?? eos_token ?? '';
    const whole = await tokenizer.encodeTrusted(`${control}The member will apply${eos_token}`);
    const ids = await tokenizer.encodeAfterControl('The member will apply');
    expect(whole.slice(1, -1)).toEqual(ids);
    expect(whole[whole.length - 1]).toBe(tokenizer.eosId);
  });
});
