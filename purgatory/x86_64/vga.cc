// SPDX-License-Identifier: GPL-2.0-or-later
// Follows IBM's VGA register description: the register values of BIOS mode 3, and the layout of text memory.
#include "purgatory/x86_64/vga.h"

#include "purgatory/x86_64/io.h"

namespace purgatory {

namespace {

constexpr size_t columns = 80, rows = 25;
constexpr uint16_t grey_on_black = 0x0700;

constexpr uint16_t attribute_port = 0x3c0, miscellaneous_port = 0x3c2, sequencer_port = 0x3c4;
constexpr uint16_t graphics_port = 0x3ce, crt_port = 0x3d4, status_port = 0x3da;

constexpr uint8_t sequencer_values[] = {0x03, 0x00, 0x03, 0x00, 0x02};
constexpr uint8_t crt_values[] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00,
                                  0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00, 0x9c, 0x8e,
                                  0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff};
constexpr uint8_t graphics_values[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff};
constexpr uint8_t attribute_values[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
                                        0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00};

void write_indexed(uint16_t port, uint8_t index, uint8_t value) {
    write_port(port, index);
    write_port(static_cast<uint16_t>(port + 1), value);
}

template <size_t count> void write_all(uint16_t port, const uint8_t (&values)[count]) {
    for (uint8_t i = 0; i < count; i++)
        write_indexed(port, i, values[i]);
}

// Index and value go to the same port in turns; reading the status register makes the next write an index.
// Index bit 5 gives the palette back to the display.
void write_attributes() {
    for (uint8_t i = 0; i < sizeof attribute_values; i++) {
        read_port(status_port);
        write_port(attribute_port, i);
        write_port(attribute_port, attribute_values[i]);
    }
    read_port(status_port);
    write_port(attribute_port, 0x20);
}

volatile uint16_t &cell(size_t row, size_t column) {
    uintptr_t address = 0xb8000 + 2 * (row * columns + column);
    return *reinterpret_cast<volatile uint16_t *>(address);
}

void scroll() {
    for (size_t row = 1; row < rows; row++) {
        for (size_t column = 0; column < columns; column++)
            cell(row - 1, column) = cell(row, column);
    }
    for (size_t column = 0; column < columns; column++)
        cell(rows - 1, column) = grey_on_black | ' ';
}

} // namespace

void Vga::write(char character) {
    if (!enabled)
        return;
    if (character == '\n' || column == columns) {
        scroll();
        column = 0;
    }
    if (character != '\n')
        cell(rows - 1, column++) = static_cast<uint16_t>(grey_on_black | static_cast<uint8_t>(character));
}

// CRT registers 0 to 7 can be written only while bit 7 of register 0x11 is clear; sequencer register 0 holds
// the clock still while it changes.
void reset_vga() {
    write_port(miscellaneous_port, 0x67);
    write_indexed(sequencer_port, 0, 0x01);
    write_all(sequencer_port, sequencer_values);
    write_indexed(crt_port, 0x11, 0x0e);
    write_all(crt_port, crt_values);
    write_all(graphics_port, graphics_values);
    write_attributes();
}

} // namespace purgatory
