/** Two formats of templates, in words of our own: control tokens around every turn, and plain text with an end token. */

export const chatMlMarks = ['<|im_start|>', '<|im_end|>'];

export const chatMl = `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

export const instruct =
  '{{ bos_token }}{% for m in messages %}' +
  "{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}{% else %}{{ ' ' + m.content + eos_token }}{% endif %}" +
  '{% endfor %}';
