#include <iostream>  // BAD
#include <cstdio>

void print(int number) {
    std::cout << number;  // BAD
    std::cerr << number;  // BAD
    printf("%d", number);  // BAD
    std::puts("text");  // BAD
    std::fprintf(stderr, "%d", number);  // BAD
    std::fwrite(&number, sizeof number, 1, stdout);  // BAD
}

void format(char* text, std::FILE* file, int number) {
    // std::cout << number; printf("a comment is not code")
    std::snprintf(text, 10, "%d", number);
    std::fprintf(file, "%d", number);
}
