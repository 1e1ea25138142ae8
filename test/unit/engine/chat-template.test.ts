import { describe, expect, it } from 'vitest';
import { findTurnTexts, type FoundTexts } from '../../../main/engine/process/chat-template.ts';

const tokens = {
  bosToken: '<s>',
  eosToken: '</s>',
  controls: ['<s>', '</s>', '<|im_start|>', '<|im_end|>', '<|end|>'],
};

function found(template: string, named = tokens): FoundTexts {
  return findTurnTexts({ template, ...named });
}

/** What the well-known formats look like; the templates say it in their own words. */
const known: [name: string, template: string, texts: FoundTexts['texts']][] = [
  [
    'ChatML',
    `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
    {
      start: '',
      beforeQuestion: '<|im_start|>user\n',
      afterQuestion: '<|im_end|>\n',
      beforeAnswer: '<|im_start|>assistant\n',
      afterAnswer: '<|im_end|>\n',
    },
  ],
  [
    'ChatML with a system prompt of its own',
    `{% if messages[0].role != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`,
    {
      start: '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n',
      beforeQuestion: '<|im_start|>user\n',
      afterQuestion: '<|im_end|>\n',
      beforeAnswer: '<|im_start|>assistant\n',
      afterAnswer: '<|im_end|>\n',
    },
  ],
  [
    'Llama 2',
    `{% for message in messages %}{% if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must take turns') }}{% endif %}{% if message.role == 'user' %}{{ bos_token + '[INST] ' + message.content.strip() + ' [/INST]' }}{% else %}{{ ' ' + message.content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}`,
    {
      start: '',
      beforeQuestion: '<s>[INST] ',
      afterQuestion: ' [/INST]',
      beforeAnswer: ' ',
      afterAnswer: ' </s>',
    },
  ],
  [
    'Llama 3',
    `{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}`,
    {
      start: '<s>',
      beforeQuestion: '<|start_header_id|>user<|end_header_id|>\n\n',
      afterQuestion: '<|eot_id|>',
      beforeAnswer: '<|start_header_id|>assistant<|end_header_id|>\n\n',
      afterAnswer: '<|eot_id|>',
    },
  ],
  [
    'Zephyr',
    `{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\\n' + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}`,
    {
      start: '',
      beforeQuestion: '<|user|>\n',
      afterQuestion: '</s>\n',
      beforeAnswer: '<|assistant|>\n',
      afterAnswer: '</s>\n',
    },
  ],
  [
    'Gemma',
    `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif %}{% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}`,
    {
      start: '<s>',
      beforeQuestion: '<start_of_turn>user\n',
      afterQuestion: '<end_of_turn>\n',
      beforeAnswer: '<start_of_turn>model\n',
      afterAnswer: '<end_of_turn>\n',
    },
  ],
  [
    'Phi-3',
    `{% for message in messages %}{{ '<|' + message.role + '|>' + '\\n' + message.content + '<|end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}`,
    {
      start: '',
      beforeQuestion: '<|user|>\n',
      afterQuestion: '<|end|>\n',
      beforeAnswer: '<|assistant|>\n',
      afterAnswer: '<|end|>\n',
    },
  ],
  [
    'Mistral Instruct',
    `{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}{{ '[INST] ' + message.content + ' [/INST]' }}{% elif message.role == 'assistant' %}{{ message.content + eos_token }}{% else %}{{ raise_exception('Only users and assistants') }}{% endif %}{% endfor %}`,
    {
      start: '<s>',
      beforeQuestion: '[INST] ',
      afterQuestion: '',
      beforeAnswer: ' [/INST]',
      afterAnswer: '</s>',
    },
  ],
  [
    'Alpaca',
    `Below is an instruction that describes a task.\n\n{% for message in messages %}{% if message.role == 'user' %}### Instruction:\n{{ message.content }}\n\n{% else %}### Response:\n{{ message.content }}{{ eos_token }}\n\n{% endif %}{% endfor %}{% if add_generation_prompt %}### Response:\n{% endif %}`,
    {
      start: 'Below is an instruction that describes a task.\n\n',
      beforeQuestion: '### Instruction:\n',
      afterQuestion: '\n\n',
      beforeAnswer: '### Response:\n',
      afterAnswer: '</s>\n\n',
    },
  ],
  [
    'Vicuna',
    `{{ bos_token }}A chat.{% for message in messages %}{% if message.role == 'user' %}{{ ' USER: ' + message.content }}{% else %}{{ ' ASSISTANT: ' + message.content + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ ' ASSISTANT:' }}{% endif %}`,
    {
      start: '<s>A chat.',
      beforeQuestion: ' USER: ',
      afterQuestion: '',
      beforeAnswer: ' ASSISTANT: ',
      afterAnswer: '</s>',
    },
  ],
  [
    'one that opens an answer whether asked to or not',
    `{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<assistant>`,
    {
      start: '<s>',
      beforeQuestion: '<user>',
      afterQuestion: '',
      beforeAnswer: '</user><assistant>',
      afterAnswer: '</assistant>',
    },
  ],
];

describe('the turns of a chat template', () => {
  it.each(known)('of %s are found', (_name, template, texts) => {
    expect(found(template)).toEqual({ texts, reason: null });
  });

  it('hold no date, which would soon be a wrong one', () => {
    const dated = `{% if strftime_now is defined %}{{ strftime_now('%Y-%m-%d') }}{% else %}no day{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}`;
    expect(found(dated).texts?.start).toBe('no day');
  });

  it('are found without tokens that the vocabulary does not have', () => {
    const [, template] = known[3] ?? ['', ''];
    expect(found(template, { ...tokens, bosToken: '', eosToken: '' }).texts?.start).toBe('');
  });
});

describe('a chat template that cannot be followed', () => {
  it.each([
    ['is no template', `{% for message in %}`, /stops with/],
    ['is empty', '', /leaves out or repeats/],
    ['refuses', `{{ raise_exception('Not for you') }}`, /stops with “Not for you”/],
    ['asks for what is not there', `{{ messages[0].content.nothing() }}`, /stops with/],
    [
      'leaves out answers',
      `{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}`,
      /leaves out/,
    ],
    ['repeats the question', `{% for m in messages %}{{ m.content }}|{% endfor %}{{ messages[0].content }}`, /repeats/],
    ['sorts the turns', `{% for m in messages | reverse %}{{ m.content }}|{% endfor %}`, /leaves out or repeats/],
    [
      'cuts long texts',
      `{% for m in messages %}<{{ m.role }}>{{ m.content[:20] }}{% endfor %}<assistant>`,
      /changes what is said/,
    ],
    [
      'writes text in another way',
      `{% for m in messages %}<{{ m.role }}>{{ m.content | replace('"', "'") }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}`,
      /changes what is said/,
    ],
    [
      'numbers the turns',
      `{% for m in messages %}<{{ m.role }} {{ loop.index }}>{{ m.content }}{% endfor %}<assistant {{ messages | length + 1 }}>`,
      /another way|differently/,
    ],
    [
      'thinks before a new answer only',
      `{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant><think>{% endif %}`,
      /opens a new answer in another way/,
    ],
    ['is far too long', `{# ${'x'.repeat(300_000)} #}`, /too long/],
    [
      'says far too much',
      `{{ 'x' * 10 }}{% for i in range(200000) %}y{% endfor %}{{ messages[0].content }}`,
      /stops with|far more text/,
    ],
    [
      'puts too much before a turn',
      `{% for m in messages %}{% for i in range(3000) %}y{% endfor %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}{% for i in range(3000) %}y{% endfor %}{% endif %}`,
      /too much around/,
    ],
  ])('because it %s: says why in a sentence', (_name, template, reason) => {
    const result = found(template);
    expect(result.texts).toBeNull();
    expect(result.reason).toMatch(reason);
    expect(result.reason).toMatch(/^Its chat template cannot be followed: .*\.$/);
  });

  it('never quotes more than a line', () => {
    const { reason } = found(`{{ raise_exception('${'long\\n'.repeat(1000)}') }}`);
    expect(reason?.length).toBeLessThan(300);
    expect(reason).not.toContain('\n');
  });
});
