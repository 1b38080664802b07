// A compiled program for the benchmark: a sieve, a checksum and a sort, again and again. It ends by
// the finisher of the machine `virt`, so that QEMU can run it as well.

typedef unsigned int word;

static unsigned char composite[1 << 16];
static word numbers[1 << 12];

static word sieve(void) {
    word count = 0;
    for (word i = 0; i < sizeof composite; i++) composite[i] = 0;
    for (word i = 2; i < sizeof composite; i++) {
        if (composite[i]) continue;
        count++;
        for (word j = 2 * i; j < sizeof composite; j += i) composite[j] = 1;
    }
    return count;
}

static word checksum(word seed) {
    word sum = ~seed;
    for (word i = 0; i < sizeof composite; i++) {
        sum ^= composite[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum;
}

static void sort(word *from, word *to) {
    if (to - from < 2) return;
    word middle = from[(to - from) / 2];
    word *low = from, *high = to - 1;
    while (low <= high) {
        while (*low < middle) low++;
        while (middle < *high) high--;
        if (low <= high) {
            word kept = *low;
            *low++ = *high;
            *high-- = kept;
        }
    }
    sort(from, high + 1);
    sort(low, to);
}

int main(void) {
    word sum = 1;
    for (int round = 0; round < 60; round++) {
        sum += sieve();
        sum = checksum(sum);
        for (word i = 0; i < 1 << 12; i++) numbers[i] = sum = sum * 1664525 + 1013904223;
        sort(numbers, numbers + (1 << 12));
    }
    return sum == 0;
}

__attribute__((naked, section(".text.start"))) void _start(void) {
    __asm__("li sp, 0x80800000\n"
            "call main\n"
            "slli a0, a0, 16\n"
            "li t0, 0x5555\n"
            "beqz a0, 1f\n"
            "li t0, 0x3333\n"
            "1: or t0, t0, a0\n"
            "li t1, 0x100000\n"
            "sw t0, 0(t1)\n"
            "2: j 2b\n");
}
