// @ts-check
/** The two programs of the WebGL2 renderer, GLSL ES 3.00. */

export const FLUID_VERTEX = `#version 300 es
out vec2 at;
void main() {
  // One triangle that covers the screen.
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  at = corner;
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

// Smooth views: a cubic B-spline in four bilinear taps (Sigg and Hadwiger, GPU Gems 2, ch. 20).
// Cyclic views: the mean direction of the four nearest points, for numbers jump where angles wrap.
export const FLUID_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D levels;
uniform sampler2D palette;
uniform bool cyclic;
in vec2 at;
out vec4 colour;

const float TURN = 6.28318530718;

float smoothLevel(vec2 place, vec2 size) {
  vec2 point = place * size - 0.5;
  vec2 cell = floor(point);
  vec2 f = point - cell;
  vec2 w0 = (1.0 - f) * (1.0 - f) * (1.0 - f) / 6.0;
  vec2 w1 = 2.0 / 3.0 - 0.5 * f * f * (2.0 - f);
  vec2 w3 = f * f * f / 6.0;
  vec2 w2 = 1.0 - w0 - w1 - w3;
  vec2 low = (cell - 0.5 + w1 / (w0 + w1)) / size;
  vec2 high = (cell + 1.5 + w3 / (w2 + w3)) / size;
  vec2 share = w2 + w3;
  float bottom = mix(texture(levels, low).r, texture(levels, vec2(high.x, low.y)).r, share.x);
  float top = mix(texture(levels, vec2(low.x, high.y)).r, texture(levels, high).r, share.x);
  return mix(bottom, top, share.y);
}

vec2 direction(ivec2 cell, ivec2 last) {
  float angle = TURN * texelFetch(levels, clamp(cell, ivec2(0), last), 0).r;
  return vec2(cos(angle), sin(angle));
}

float cyclicLevel(vec2 place, vec2 size) {
  vec2 point = place * size - 0.5;
  ivec2 cell = ivec2(floor(point));
  ivec2 last = ivec2(size) - 1;
  vec2 f = fract(point);
  vec2 bottom = mix(direction(cell, last), direction(cell + ivec2(1, 0), last), f.x);
  vec2 top = mix(direction(cell + ivec2(0, 1), last), direction(cell + 1, last), f.x);
  vec2 mean = mix(bottom, top, f.y);
  return fract(atan(mean.y, mean.x) / TURN);
}

void main() {
  vec2 size = vec2(textureSize(levels, 0));
  vec2 place = vec2(at.x, 1.0 - at.y);
  float level = cyclic ? cyclicLevel(place, size) : smoothLevel(place, size);
  // Half a level of noise hides the steps between 256 colours on a wall-sized screen.
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
  colour = texture(palette, vec2((level * 255.0 + 0.5) / 256.0, 0.5)) + (noise - 0.5) / 255.0;
}`;

export const TRACER_VERTEX = `#version 300 es
layout(location = 0) in vec2 place;
uniform float diameter;
void main() {
  gl_PointSize = diameter;
  gl_Position = vec4(place * 2.0 - 1.0, 0.0, 1.0);
}`;

export const TRACER_FRAGMENT = `#version 300 es
precision highp float;
out vec4 colour;
void main() {
  float distance = length(gl_PointCoord - 0.5) * 2.0;
  float light = 0.85 * (1.0 - smoothstep(0.25, 1.0, distance));
  colour = vec4(light);
}`;
