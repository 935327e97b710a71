// A model in Paddle-Lite's C++ API, for Objective-C and Swift (name this file in the bridging header).
// Paddle-Lite at least @AT_LEAST@, with extra operators.
#import <CoreGraphics/CoreGraphics.h>
#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

@interface PaddockReading : NSObject
@property(nonatomic, readonly, copy) NSString *text;
@property(nonatomic, readonly) double score;
@end

// Use it from one thread at a time.
@interface PaddockReader : NSObject
// The dictionary is dict.txt; nil of an orientation model, which has none.
- (nullable instancetype)initWithModel:(NSString *)model
                            dictionary:(nullable NSString *)dictionary
                               threads:(NSInteger)threads
                                 error:(NSError **)error;
// Reads an upright image.
- (nullable PaddockReading *)readImage:(CGImageRef)image error:(NSError **)error;
@end

NS_ASSUME_NONNULL_END
